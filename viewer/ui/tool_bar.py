"""The tool bar: what a reader needs at every recording, in reading order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from inference.registry import DENOISERS, Method
from viewer.state.guard_view import badge
from viewer.state.own_layouts import is_own
from viewer.ui.actions import BY_ID
from viewer.ui.command_set import CommandSet
from viewer.ui.icons import icon
from viewer.words import tr

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

ICON_PX = 20
MARGINS_PX = 28


class ToolBar(QToolBar):
    """Buttons made from the command table, three drop-downs and the method picker."""

    def __init__(self, window: MainWindow, commands: CommandSet, menus: dict[str, QMenu]) -> None:
        super().__init__(tr("Tool bar"))
        self.setObjectName("tool_bar")
        self.setMovable(False)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self._window, self._commands = window, commands
        self.buttons: dict[str, QToolButton] = {}  # by command id
        self._shrinking: list[QToolButton] = []  # lose their words where room is short
        self._fitted: tuple[object, ...] = ()
        self.add("file.open", text=True)
        self.add("file.previous")
        self.add("file.next")
        self.addSeparator()
        self.layout_button = self._menu_button("Layout", menus["View/Layout"])
        self.speed_button: QToolButton = self._menu_button("Paper speed", menus["View/Paper speed"])
        self.gain_button = self._menu_button("Gain", menus["View/Gain"])
        self.addSeparator()
        self.method_button = self._menu_button("Cleaning method", self._method_menu())
        self.add("denoise.card")
        self.add("denoise.start", text=True).setObjectName("primary")
        self.add("show.overlay", text=True)
        self.add("show.residual", text=True)
        self.guard_button = self._guard_button()
        self.addSeparator()
        self.add("panel.noise_map", text=True)
        self.add("panel.st", text=True)
        self.addWidget(_stretch())
        self.add("file.export", text=True)

    def add(self, command_id: str, *, text: bool = False) -> QToolButton:
        """A button for one row of the command table."""
        button = QToolButton()
        button.setDefaultAction(self._commands.actions[command_id])
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        button.setToolButtonStyle(style if text else Qt.ToolButtonStyle.ToolButtonIconOnly)
        if text and not BY_ID[command_id].primary:
            self._shrinking.append(button)
        button.setAccessibleName(self._commands.actions[command_id].text())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.buttons[command_id] = button
        self.addWidget(button)
        return button

    def refresh(self) -> None:
        """What the drop-downs say, from the state."""
        paper = self._window.session.paper
        short = paper.layout.name.replace("x", "×").replace("-", " ")
        self.layout_button.setText(paper.layout.title if is_own(paper.layout) else short)
        self.speed_button.setText(f"{paper.speed_mm_s:.4g} mm/s")
        self.gain_button.setText(f"{paper.gain_mm_mv:.4g} mm/mV")
        open_now = self._window.session.recording is not None
        for button in (self.layout_button, self.speed_button, self.gain_button):
            button.setEnabled(open_now)
        method = self._window.cleaning.method
        self.method_button.setText(method.title)
        for action in self._methods.actions():
            action.setChecked(action.data() == method.name)
        self._refresh_guard()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Words beside the icons as far as there is room; no button disappears for them."""
        said = [button.text() for button in self.findChildren(QToolButton)]
        asked = (self.width(), self._guard_action.isVisible(), *said)
        if asked == self._fitted:
            return
        self._fitted = asked
        for button in self._shrinking:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for button in sorted(self._shrinking, key=_worth):
            if self._needed_px() <= self.width():
                return
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)

    def _needed_px(self) -> int:
        """Room for all buttons as they are; the bar's own answer comes an event later."""
        layout = self.layout()
        assert layout is not None
        shown = [action for action in self.actions() if action.isVisible()]
        widgets = [self.widgetForAction(action) for action in shown]
        hints = [widget.sizeHint().width() for widget in widgets if widget is not None]
        return sum(hints) + len(hints) * max(layout.spacing(), 0) + MARGINS_PX

    def _menu_button(self, name: str, menu: QMenu) -> QToolButton:
        button = QToolButton()
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(menu)
        button.setAccessibleName(tr(name))
        button.setToolTip(tr(name))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.addWidget(button)
        return button

    def _method_menu(self) -> QMenu:
        menu = QMenu(tr("Cleaning method"), self)
        menu.setToolTipsVisible(True)
        self._methods = QActionGroup(menu)
        learned = [m for m in DENOISERS.values() if m.learned]
        filters = [m for m in DENOISERS.values() if not m.learned]
        for title, methods in (("Trained on data", learned), ("Filters", filters)):
            if methods:
                menu.addSection(tr(title))
            for method in methods:
                menu.addAction(self._method_action(method))
        menu.addSeparator()
        menu.addAction(self._commands.actions["denoise.card"])
        return menu

    def _method_action(self, method: Method) -> QAction:
        action = QAction(method.title, self._methods)
        action.setCheckable(True)
        action.setData(method.name)
        action.setToolTip(method.summary)
        action.triggered.connect(lambda _=False: self._window.choose_method(method.name))
        return action

    def _guard_button(self) -> QToolButton:
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self._window.show_guard())
        self._guard_action = self.addWidget(button)
        self._guard_action.setVisible(False)
        return button

    def _refresh_guard(self) -> None:
        """The guard's verdict as icon and text, once there is one."""
        session, theme = self._window.session, self._window.theme
        report = session.guard
        self._guard_action.setVisible(report is not None)
        if report is None:
            return
        said = badge(report, acknowledged=session.guard_acknowledged)
        colour = theme.on_red if report.state == "block" else theme.text
        self.guard_button.setIcon(icon(said.icon, colour))
        self.guard_button.setText(said.text)
        self.guard_button.setToolTip(f"{said.tip} (Ctrl+Shift+G)")
        self.guard_button.setAccessibleName(said.tip)


def _worth(button: QToolButton) -> int:
    """How late a button loses its word: icons that everybody knows lose it first."""
    action = button.defaultAction()
    known = ("file.open", "file.export", "panel.noise_map", "panel.st", "show.residual")
    name = action.objectName() if action is not None else ""
    return known.index(name) if name in known else len(known)


def _stretch() -> QWidget:
    widget = QWidget()
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return widget
