"""The bar over the page while something is cleaned: which trace, and how much of the cleaning."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.jobs.denoise import Cleaning
from viewer.state.session import Session
from viewer.state.strength import FULL, LeadWork, lead_work, per_lead, percent

SHOWN = ("show.raw", "show.overlay", "show.denoised", "show.side-by-side", "show.residual")
"""Commands of the bar, in reading order."""
APPLY_MS = 40
"""A slider that moves fast is followed at this pace."""
MOST_ROWS_PX = 420


class StrengthSlider(QSlider):
    """0 (raw) … 100 (all that the method removes)."""

    def __init__(self, name: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, 100)
        self.setPageStep(10)
        self.setAccessibleName(name)

    def show_share(self, share: float) -> None:
        """Follow the state; this is no gesture of the reader."""
        with QSignalBlocker(self):
            self.setValue(round(100 * share))


class CompareBar(QFrame):
    """Views of the two traces as buttons, and the slider between them."""

    def __init__(self, session: Session, cleaning: Cleaning, actions: dict[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("compare_bar")
        self._session, self._cleaning = session, cleaning
        self.buttons = {name: _button(actions[name]) for name in SHOWN}
        self.slider = StrengthSlider("Strength of cleaning: 0 is raw, 100 is all of it")
        self.slider.setFixedWidth(200)
        self.slider.setToolTip(
            "How much of what the method removes is taken away (Ctrl+[ and Ctrl+])"
        )
        self.value = QLabel()
        self.leads = QToolButton()
        self.leads.setText("Per lead…")
        self.leads.setToolTip("How far the method's gate was open in each lead, and its strength")
        self.leads.clicked.connect(self._open_leads)
        self.popup: LeadStrengths | None = None
        self._lay_out()
        self._asked: list[float] | None = None
        self._timer = QTimer(self, interval=APPLY_MS, singleShot=True)
        self._timer.timeout.connect(self._apply)
        self.slider.valueChanged.connect(self._slid)
        for signal in (session.cleaned_changed, session.layers.changed):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """In step with the session."""
        self.setVisible(self._session.layers.has_denoised)
        cleaned = self._session.cleaned
        if cleaned is None:
            return
        shares = per_lead(cleaned.strength, cleaned.samples.n_leads)
        if self._asked is None:
            self.slider.show_share(sum(shares) / len(shares))
            own = len(set(shares)) > 1
            self.value.setText(percent(shares[0]) if not own else "per lead")

    def ask(self, shares: list[float]) -> None:
        """Apply these strengths, one per lead, in a moment."""
        self._asked = shares
        if not self._timer.isActive():
            self._timer.start()

    def _slid(self, value: int) -> None:
        cleaned = self._session.cleaned
        if cleaned is not None:
            self.value.setText(percent(value / 100))
            self.ask([value / 100] * cleaned.samples.n_leads)

    def _apply(self) -> None:
        asked, self._asked = self._asked, None
        cleaned = self._session.cleaned
        if asked is not None and cleaned is not None and len(asked) == cleaned.samples.n_leads:
            self._cleaning.set_strength(asked)
        self.refresh()

    def _open_leads(self) -> None:
        popup = self.popup = LeadStrengths(self._session, self)
        popup.adjustSize()
        below = self.leads.mapToGlobal(QPoint(0, self.leads.height()))
        popup.move(below.x() + self.leads.width() - popup.width(), below.y())
        popup.show()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 3, 10, 3)
        row.setSpacing(3)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        raw, cleaned = QLabel("Raw"), QLabel("Cleaned")
        for label in (raw, cleaned):
            label.setObjectName("quiet")
        self.value.setMinimumWidth(self.fontMetrics().horizontalAdvance("per lead "))
        self.value.setAccessibleName("Strength of cleaning")
        for widget in (raw, self.slider, cleaned, self.value, self.leads):
            row.addWidget(widget)


class LeadStrengths(QFrame):
    """One row per lead: its name, how far the gate was open on this page, and its strength."""

    def __init__(self, session: Session, bar: CompareBar) -> None:
        super().__init__(bar, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("lead_strengths")
        self._session, self._bar = session, bar
        self.sliders: list[StrengthSlider] = []
        self.gates: list[QProgressBar] = []
        self._values: list[QLabel] = []
        self._said: list[QLabel] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        for column, title in ((0, "Lead"), (1, "Gate, this page"), (3, "Strength")):
            label = QLabel(title)
            label.setObjectName("quiet")
            grid.addWidget(label, 0, column)
        for number, work in enumerate(self._work(), start=1):
            self._row(grid, number, work)
        all_full = QPushButton("All leads at 100%")
        all_full.clicked.connect(lambda: self._set_all(FULL))
        inside = QWidget()
        inside.setLayout(grid)
        area = QScrollArea()
        area.setWidget(inside)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        size = inside.sizeHint()
        area.setMinimumSize(size.width() + 18, min(size.height() + 4, MOST_ROWS_PX))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(14, 10, 14, 10)
        rows.addWidget(area)
        rows.addWidget(all_full)
        self._forget = (session.cleaned_changed, session.timeline.changed)
        for signal in self._forget:
            signal.connect(self._follow)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: object) -> None:
        """Closed: listen no more."""
        for signal in self._forget:
            signal.disconnect(self._follow, missing_ok=True)

    def _work(self) -> tuple[LeadWork, ...]:
        recording, cleaned = self._session.recording, self._session.cleaned
        if recording is None or cleaned is None:
            return ()
        timeline = self._session.timeline
        return lead_work(cleaned, recording.leads, timeline.start_s, timeline.stop_s)

    def _row(self, grid: QGridLayout, number: int, work: LeadWork) -> None:
        gate = QProgressBar()
        gate.setRange(0, 100)
        gate.setTextVisible(False)
        gate.setFixedWidth(110)
        gate.setAccessibleName(f"Gate of {work.lead}")
        slider = StrengthSlider(f"Strength in {work.lead}")
        slider.setFixedWidth(140)
        slider.valueChanged.connect(lambda _: self._slid())
        value = QLabel()
        value.setMinimumWidth(self.fontMetrics().horizontalAdvance("100%"))
        value.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        said = QLabel()
        for column, widget in enumerate((QLabel(work.lead), gate, said, slider, value)):
            grid.addWidget(widget, number, column)
        self.gates.append(gate)
        self._said.append(said)
        self.sliders.append(slider)
        self._values.append(value)
        self._show(number - 1, work)

    def _show(self, number: int, work: LeadWork) -> None:
        self.gates[number].setValue(round(100 * (work.gate or 0.0)))
        self.gates[number].setToolTip(work.words)
        self._said[number].setText("…" if work.gate is None else percent(work.gate))
        self.sliders[number].show_share(work.strength)
        self._values[number].setText(percent(work.strength))

    def _follow(self) -> None:
        for number, work in enumerate(self._work()[: len(self.sliders)]):
            self._show(number, work)

    def _slid(self) -> None:
        shares = [slider.value() / 100 for slider in self.sliders]
        for value, share in zip(self._values, shares, strict=True):
            value.setText(percent(share))
        self._bar.ask(shares)

    def _set_all(self, share: float) -> None:
        for slider in self.sliders:
            slider.show_share(share)
        self._slid()


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setAccessibleName(action.text())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
