"""The reader's own layouts in the menu and the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from viewer.state import own_layouts
from viewer.state.layouts import Layout
from viewer.ui.command import Command, has_recording

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

KEY = "view.own_layouts"


class OwnLayouts(QObject):
    """Reads them at the start, writes each change at once."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._menu = window.menus["View/Layout"]
        self._actions: list[QAction] = []
        self._layouts = own_layouts.use(window.settings[KEY])
        self._fill()
        self._menu.aboutToShow.connect(self._tick)

    def commands(self) -> tuple[Command, ...]:
        """For the palette."""
        return tuple(
            Command(
                id=f"layout.{layout.name}",
                title=layout.title,
                keys=(),
                tip=f"Arrange the leads: {layout.title}",
                run=lambda w, name=layout.name: w.set_layout(name),  # type: ignore[misc]
                menu="View/Layout",
                enabled=has_recording,
            )
            for layout in self._layouts
        )

    def edit(self) -> None:
        """Make one, or change the one that is on screen."""
        from viewer.ui.layout_dialog import LayoutDialog

        recording, paper = self._window.session.recording, self._window.session.paper
        if recording is not None:
            dialog = LayoutDialog(recording.leads, paper.layout, self._window)
            dialog.saved.connect(self.keep)
            dialog.deleted.connect(self.drop)
            dialog.open()

    def keep(self, layout: Layout) -> None:
        """Save a layout, and show it; one of the same name is replaced."""
        others = [one for one in self._layouts if one.name != layout.name]
        self._store((*others, layout))
        self._window.set_layout(layout.name)

    def drop(self, name: str) -> None:
        """Delete a layout, and show the usual one."""
        self._store(tuple(one for one in self._layouts if one.name != name))
        self._window.set_layout("3x4+1")

    def _store(self, layouts: tuple[Layout, ...]) -> None:
        self._window.settings[KEY] = [own_layouts.written(layout) for layout in layouts]
        self._layouts = own_layouts.use(self._window.settings[KEY])
        self._fill()

    def _fill(self) -> None:
        for action in self._actions:
            self._menu.removeAction(action)
            action.deleteLater()
        self._actions = []
        for command in self.commands():
            action = QAction(command.title, self._menu)
            action.setCheckable(True)
            action.setData(command.id)
            action.triggered.connect(lambda _=False, c=command: c.run(self._window))
            self._menu.addAction(action)
            self._actions.append(action)

    def _tick(self) -> None:
        now = f"layout.{self._window.session.paper.layout.name}"
        for action in self._actions:
            action.setChecked(action.data() == now)
            action.setEnabled(self._window.session.recording is not None)
