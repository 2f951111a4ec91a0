"""The worklist beside the page: the records of a folder, filled in the background, sorted by a
click or by key. Enter opens; PgUp and PgDn go through the records as they stand here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QDockWidget, QHeaderView, QLabel, QTableView, QVBoxLayout, QWidget

from viewer.jobs.runner import LatestJob, Progress
from viewer.state.worklist_table import COLUMNS, Row, WorklistTable

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

NOBODY = QModelIndex()
WAIT_MS = 400
WIDTH_PX = 500
SORT_ROLE = Qt.ItemDataRole.DisplayRole


class WorklistModel(QAbstractTableModel):
    """Shows a WorklistTable; sorting is the table's."""

    def __init__(self, table: WorklistTable, parent: QObject) -> None:
        super().__init__(parent)
        self.table = table
        table.changed.connect(self._reset)
        table.filled.connect(self._filled)

    def rowCount(self, parent: Any = NOBODY) -> int:
        return 0 if parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: Any = NOBODY) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Any, role: int = SORT_ROLE) -> Any:
        row = self.table.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text(COLUMNS[index.column()])
        return row.tip() if role == Qt.ItemDataRole.ToolTipRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = SORT_ROLE) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].value
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.table.sort(COLUMNS[column], descending=order is Qt.SortOrder.DescendingOrder)

    def _reset(self) -> None:
        self.beginResetModel()
        self.endResetModel()

    def _filled(self, place: int) -> None:
        self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))


class WorklistView(QTableView):
    """Rows to open with Enter or a double click; PgUp and PgDn open the neighbours."""

    stepped = Signal(int)

    def __init__(self, model: WorklistModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName("Worklist")
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(24)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        for column, width in enumerate((112, 112, 100, 84)):
            self.setColumnWidth(column, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt gives a table these two keys before any shortcut of the window."""
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)


class WorklistDock(QDockWidget):
    """A dock that says when its own button closed it."""

    dismissed = Signal()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.dismissed.emit()


class WorklistPanel(QObject):
    """The dock, made when it is first wanted, and the work that fills its rows."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.table = WorklistTable()
        self.dock: WorklistDock | None = None
        self.view: WorklistView | None = None
        self.job = LatestJob(self, window.model_queue)  # a GPU is one queue
        self.job.succeeded.connect(self._found)
        self.job.failed.connect(self._failed)
        self._next = QTimer(self, interval=0, singleShot=True)
        self._next.timeout.connect(self._look_at_next)
        window.files.opened.connect(self._follow)
        window.files.opening.begun.connect(lambda _: self._give_way())
        window.cleaning.begun.connect(lambda _: self._give_way())

    @property
    def is_open(self) -> bool:
        return self.dock is not None and self.dock.isVisible()

    def toggle(self) -> None:
        """Show the records of the folder, or hide them; the work stops with that."""
        if self.is_open:
            self._hide()
        else:
            self._show()
            assert self.view is not None
            self.view.setFocus()

    def _show(self) -> None:
        if self.dock is None:
            self._build()
        assert self.dock is not None
        self.dock.show()
        self._follow()
        self._window.refresh()

    def _hide(self) -> None:
        self._give_way()
        self._next.stop()
        if self.dock is not None:
            self.dock.hide()
        self._window.refresh()

    def _build(self) -> None:
        self.view = WorklistView(WorklistModel(self.table, self))
        self.view.activated.connect(lambda index: self._open(index.row()))
        self.view.stepped.connect(self._window.files.step)
        self.table.changed.connect(self._reordered)
        self._state = QLabel()
        self._state.setObjectName("quiet")
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 4)
        column.addWidget(self.view, 1)
        column.addWidget(self._state)
        self.dock = WorklistDock("Worklist", self._window)
        self.dock.setObjectName("worklist")
        self.dock.setWidget(content)
        self.dock.dismissed.connect(self._hide)
        self._window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.dock)
        self._window.resizeDocks([self.dock], [WIDTH_PX], Qt.Orientation.Horizontal)

    # ---- following what is open ----

    def _follow(self) -> None:
        """Another record is open: the folder's records, and the row of this one."""
        worklist, path = self._window.files.opening.worklist, self._window.session.path
        if worklist.from_folder and self.dock is None:
            self._show()  # a folder opens as its list
            return
        if not self.is_open or path is None:
            return
        try:
            paths = worklist.all_beside(path)
        except OSError:
            paths = (path,)
        if set(paths) != set(self.table.paths):
            self.table.begin(paths)
        self._select()
        self._next.start(WAIT_MS)

    def _select(self) -> None:
        place = self.table.place(self._window.session.path)
        if self.view is not None and place is not None:
            self.view.selectRow(place)
            self.view.scrollTo(self.view.model().index(place, 0))

    def _reordered(self) -> None:
        """PgUp and PgDn go through the records as they stand here."""
        self._window.files.opening.worklist.reorder(self.table.paths)
        self._select()

    def _open(self, place: int) -> None:
        self._window.files.opening.open(self.table.rows[place].path)

    # ---- filling ----

    def _look_at_next(self) -> None:
        """One record at a time, and only while nobody waits for something else."""
        path = self.table.next_unknown(self._window.session.path)
        self._tell()
        if not self.is_open or path is None or self.job.running:
            return
        if self._window.busy:
            self._next.start(WAIT_MS)
            return
        reader, method = self._window.files.reader, self._window.cleaning.method.name

        def work(progress: Progress) -> Row:
            from viewer.batch.worklist_row import look_at

            return look_at(path, reader, method, progress)

        self.job.start(work)

    def _found(self, row: object) -> None:
        assert isinstance(row, Row)
        self.table.fill(row)
        self._next.start(0)

    def _failed(self, error: Exception) -> None:
        """A fault of ours: said once; the list stops filling."""
        self._window.errors.report(error)

    def _give_way(self) -> None:
        """Somebody waits: stop at the next report, go on later."""
        if self.job.running:
            self.job.cancel()
            self._next.start(WAIT_MS)

    def _tell(self) -> None:
        known, count = self.table.n_known, len(self.table.rows)
        more = f", {count - known} to look at" if known < count else ""
        self._state.setText(f"  {count} records{more}")
