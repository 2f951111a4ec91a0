"""Version, licence, what Leadlight is for and what it is not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from viewer import __version__

TEXT = """<h2>Leadlight</h2>
<p>Version {version} · MIT licence</p>
<p>For research use and review support. Not a medical device: not cleared or approved for
clinical use. Not the sole basis for diagnosis. A qualified reader must over-read the
original recording.</p>
<p>Works without a network. The raw recording is never changed.</p>
<p>Made with Qt (LGPL), pyqtgraph, NumPy, SciPy, PyTorch, WFDB, h5py.</p>"""


class About(QDialog):
    """Read-only."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About Leadlight")
        label = QLabel(TEXT.format(version=__version__))
        label.setWordWrap(True)
        label.setMinimumWidth(460)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 16, 22, 14)
        column.addWidget(label)
        column.addWidget(buttons)
