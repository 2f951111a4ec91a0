"""What a command may load: nobody waits for a library that is not used."""

import subprocess
import sys

from tests.shared_data import REPOSITORY, sample

HEAVY = ("torch", "pandas", "matplotlib", "wfdb", "scipy.signal", "sklearn", "neurokit2")


def modules_after(code):
    """The modules a fresh Python has loaded after running the code in the repository."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


def test_info_loads_neither_qt_nor_torch_nor_anything_heavy():
    path = str(sample("ptbxl_clean.hea"))
    loaded = modules_after(f"from viewer.cli import main; assert main(['info', {path!r}]) == 0")
    assert not loaded & {*HEAVY, "PySide6", "pyqtgraph"}


def test_models_loads_neither_qt_nor_torch_nor_anything_heavy():
    loaded = modules_after("from viewer.cli import main; assert main(['models']) == 0")
    assert not loaded & {*HEAVY, "PySide6", "pyqtgraph"}


def test_the_help_loads_no_library_at_all():
    code = """
from viewer.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
"""
    assert not modules_after(code) & {*HEAVY, "PySide6", "pyqtgraph", "h5py"}


def test_inference_signal_loads_no_torch():
    assert not modules_after("import inference.signal") & {"torch", "PySide6"}


PAINT = """
import sys, tempfile
from pathlib import Path
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication
from viewer.app import build_window
from viewer.formats.process import ReaderProcess
from viewer.settings import Settings

app = QApplication([])
with ReaderProcess() as reader:
    window = build_window(reader, Settings(Path(tempfile.mkdtemp()) / "settings.json"))
    loop = QEventLoop()
    window.files.opened.connect(lambda *_: loop.quit())
    window.show()
    window.open_paths([Path(sys.argv[1])])
    loop.exec()
    assert not window.grab().isNull()
    loaded = " ".join(sys.modules)
    window.close()
"""


def test_the_first_page_is_painted_before_anything_heavy_is_loaded(tmp_path):
    listing = tmp_path / "modules"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{PAINT}\nPath(sys.argv[2]).write_text(loaded)",
            str(sample("ptbxl_clean.hea")),
            str(listing),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(listing.read_text().split())
    assert "PySide6.QtWidgets" in loaded
    assert not loaded & {*HEAVY, "pyqtgraph", "h5py", "pydicom"}
