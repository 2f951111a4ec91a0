"""What to print, with a preview of every page."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.report.page import TRUE_SIZE
from viewer.report.printing import (
    SIZES,
    TRACES,
    PrintChoice,
    Stretch,
    obstacle,
    page_starts,
    span_s,
)
from viewer.state.layers import Show
from viewer.state.places import parse_clock
from viewer.state.session import Session
from viewer.ui.printing import shots_of
from viewer.ui.snapshot import render
from viewer.ui.timeline_bar import clock

PREVIEW_MS = 60
PREVIEW_DPI = 150.0
STRETCHES: tuple[Stretch, ...] = ("page", "whole", "span")


class PrintSheet(QDialog):
    """Says at any time why the chosen print is not possible yet, if it is not."""

    print_asked = Signal(object)  # PrintChoice
    save_asked = Signal(object, float)  # PrintChoice, dpi of pictures

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        assert session.recording is not None
        self._session = session
        self.setWindowTitle(f"Print {session.recording.name}")
        self.resize(980, 560)
        self.page = 0
        self._make_fields()
        self._lay_out()
        self._preset()
        self._later = QTimer(self, interval=PREVIEW_MS, singleShot=True)
        self._later.timeout.connect(self._show_preview)
        self._connect()
        self._changed()

    @property
    def choice(self) -> PrintChoice:
        start_s, stop_s = self._typed_s()
        return PrintChoice(
            stretch=STRETCHES[self._stretches.checkedId()],
            trace=self.trace.currentData(),
            size=SIZES[self.size_box.currentData()],
            start_s=start_s,
            stop_s=stop_s,
            grey=self.grey.isChecked(),
        )

    def advance(self, share: float) -> None:
        self.progress.setVisible(share < 1.0)
        self.progress.setValue(round(100 * share))

    def tell(self, sentence: str) -> None:
        """How it went."""
        self.progress.hide()
        self.message.setText(sentence)

    def done(self, result: int) -> None:
        """Closed: listen no more."""
        self._session.cleaned_changed.disconnect(self._changed, missing_ok=True)
        super().done(result)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._later.start()

    # ---- building ----

    def _make_fields(self) -> None:
        self.this_page = QRadioButton("This page")
        self.whole = QRadioButton("Whole recording")
        self.span = QRadioButton("From")
        self._stretches = QButtonGroup(self)
        for number, stretch in enumerate((self.this_page, self.whole, self.span)):
            self._stretches.addButton(stretch, number)
        self.start, self.stop = QLineEdit(), QLineEdit()
        self.start.setAccessibleName("First second")
        self.stop.setAccessibleName("Last second")
        self.trace, self.size_box = QComboBox(), QComboBox()
        for name, (title, _) in TRACES.items():
            self.trace.addItem(title, name)
        for size in SIZES.values():
            self.size_box.addItem(size.title, size.name)
        self.grey = QCheckBox("Black and white")
        self.dpi = QSpinBox()
        self.dpi.setRange(72, 1200)
        self.dpi.setValue(300)
        self.dpi.setSuffix(" dpi")
        self.preview = QLabel()
        self.preview.setAccessibleName("Preview")
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.preview.setMinimumSize(360, 260)
        self.back, self.on, self.where = QToolButton(), QToolButton(), QLabel()
        for button, sign, name in ((self.back, "‹", "Previous page"), (self.on, "›", "Next page")):
            button.setText(sign)
            button.setAccessibleName(name)
            button.setToolTip(name)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.save = self.buttons.addButton("Save as PDF or picture…", role)
        self.print_ = self.buttons.addButton("Print…", QDialogButtonBox.ButtonRole.AcceptRole)
        self.print_.setDefault(True)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow("Trace", self.trace)
        form.addRow("Stretch", self.this_page)
        form.addRow("", self.whole)
        form.addRow("", _row(self.span, self.start, QLabel("to"), self.stop))
        form.addRow("Paper", self.size_box)
        form.addRow("", self.grey)
        form.addRow("Pictures", self.dpi)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addStretch(1)
        left.addWidget(self.message)
        left.addWidget(self.progress)
        pages = QHBoxLayout()
        pages.addStretch(1)
        for widget in (self.back, self.where, self.on):
            pages.addWidget(widget)
        pages.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(self.preview, 1)
        right.addLayout(pages)
        both = QHBoxLayout()
        both.setSpacing(18)
        both.addLayout(left, 2)
        both.addLayout(right, 5)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(18, 16, 18, 12)
        rows.addLayout(both, 1)
        rows.addWidget(self.buttons)

    def _preset(self) -> None:
        session = self._session
        shown = {Show.RAW: "raw", Show.DENOISED: "cleaned", Show.OVERLAY: "overlay"}
        trace = shown.get(session.layers.show, "both") if session.layers.has_denoised else "raw"
        self.trace.setCurrentIndex(self.trace.findData(trace))
        self.this_page.setChecked(True)
        self.start.setText(clock(session.timeline.start_s))
        self.stop.setText(clock(session.timeline.stop_s))

    def _connect(self) -> None:
        self._stretches.idClicked.connect(lambda _: self._changed())
        self.trace.currentIndexChanged.connect(lambda _: self._changed())
        self.size_box.currentIndexChanged.connect(lambda _: self._changed())
        self.grey.toggled.connect(lambda _: self._changed())
        for field in (self.start, self.stop):
            field.textEdited.connect(lambda _: self._typed())
        self.back.clicked.connect(lambda: self._turn(-1))
        self.on.clicked.connect(lambda: self._turn(+1))
        self.save.clicked.connect(lambda: self.save_asked.emit(self.choice, self.dpi.value()))
        self.buttons.accepted.connect(lambda: self.print_asked.emit(self.choice))
        self.buttons.rejected.connect(self.reject)
        self._session.cleaned_changed.connect(self._changed)

    # ---- following the choice ----

    def _typed_s(self) -> tuple[float, float]:
        try:
            return parse_clock(self.start.text()), parse_clock(self.stop.text())
        except ValueError:
            return 0.0, 0.0

    def _typed(self) -> None:
        with QSignalBlocker(self._stretches):
            self.span.setChecked(True)
        self._changed()

    def _turn(self, pages: int) -> None:
        self.page += pages
        self._changed()

    def _changed(self) -> None:
        """What can be printed, which page is shown, and why not."""
        choice, session = self.choice, self._session
        n_pages = len(page_starts(choice, session))
        reason = obstacle(choice, session, n_pages)
        self.message.setText(reason or "")
        for button in (self.save, self.print_):
            button.setEnabled(reason is None)
        self.page = min(max(self.page, 0), max(n_pages - 1, 0))
        start_s, stop_s = span_s(choice, session)
        self.where.setText(
            f"Page {self.page + 1} of {n_pages}   {clock(start_s)} – {clock(stop_s)}"
        )
        self.back.setEnabled(self.page > 0)
        self.on.setEnabled(self.page < n_pages - 1)
        if reason is None:
            self._later.start()
        else:
            self.preview.clear()

    def _show_preview(self) -> None:
        choice = self.choice
        if obstacle(choice, self._session, len(page_starts(choice, self._session))) is not None:
            return
        shots = shots_of(self._session, choice)
        shot = shots[min(self.page, len(shots) - 1)]
        ratio = self.devicePixelRatioF()
        room = self.preview.size() * ratio
        sharp = render(shot, PREVIEW_DPI, TRUE_SIZE)  # drawn large, so that small words fit
        picture = QPixmap.fromImage(
            sharp.scaled(
                room,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )
        picture.setDevicePixelRatio(ratio)
        self.preview.setPixmap(picture)


def _row(*widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget)
    return row
