"""The pictures of the guide and the README, taken of the real window, so that none goes stale.

python installer/screenshots.py      rewrite resources/guide/*.png and the icon's PNG
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["QT_QPA_PLATFORM"] = "offscreen"
_FOLDER = tempfile.TemporaryDirectory()
for _name in ("CONFIG", "LOG", "CACHE", "DATA"):
    os.environ[f"LEADLIGHT_{_name}_DIR"] = _FOLDER.name

from PySide6.QtCore import QEventLoop, QRectF, QTimer, SignalInstance  # noqa: E402
from PySide6.QtGui import QImage, QPainter  # noqa: E402
from PySide6.QtSvg import QSvgRenderer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from viewer.app import build_window  # noqa: E402
from viewer.formats.process import ReaderProcess  # noqa: E402
from viewer.settings import Settings  # noqa: E402
from viewer.ui.main_window import MainWindow  # noqa: E402

GUIDE = ROOT / "resources" / "guide"
SAMPLES = ROOT / "resources" / "samples"
ICON = ROOT / "resources" / "icons" / "leadlight"
SIZE_PX = (1440, 900)
LONGEST_MS, PANEL_MS = 300_000, 20_000


def wait(signal: SignalInstance, begin: Callable[[], object]) -> None:
    """Begin something and return once the signal has come. Raises TimeoutError."""
    loop = QEventLoop()
    signal.connect(lambda *_: loop.exit(0))
    QTimer.singleShot(LONGEST_MS, lambda: loop.exit(1))
    QTimer.singleShot(0, begin)
    if loop.exec():
        raise TimeoutError("the window did not answer")


def settle(milliseconds: int = 400) -> None:
    """Let the window paint."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def take(window: MainWindow, name: str) -> None:
    settle()
    path = GUIDE / f"{name}.png"
    if not window.grab().save(str(path)):
        raise OSError(f"{path} could not be written")
    print(path.relative_to(ROOT))


def pictures(window: MainWindow) -> None:
    """Every picture of the guide, in the order of a first visit."""
    take(window, "start")
    wait(window.files.opened, lambda: window.open_paths([SAMPLES / "ptbxl_noisy.hea"]))
    take(window, "raw")
    wait(window.cleaning.finished, window.cleaning.start)
    take(window, "window")
    window.panels.toggle("noise_map")
    settle(PANEL_MS)
    take(window, "noise_map")
    window.panels.toggle("noise_map")
    window.panels.toggle("st")
    settle(PANEL_MS)
    take(window, "st")


def icon(side_px: int = 256) -> None:
    """The icon as PNG, for desktops that take no SVG."""
    image = QImage(side_px, side_px, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(f"{ICON}.svg").render(painter, QRectF(0, 0, side_px, side_px))
    painter.end()
    image.save(f"{ICON}.png")


def main() -> int:
    app = QApplication(sys.argv[:1])
    icon()
    with ReaderProcess() as reader:
        window = build_window(reader, Settings())
        window.resize(*SIZE_PX)
        window.show()
        pictures(window)
        window.close()
    app.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
