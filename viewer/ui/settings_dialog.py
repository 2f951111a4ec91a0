"""The settings page, made from the rows of the settings table that have a title."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from viewer.folders import cache_folder, config_folder, log_folder
from viewer.settings import BY_KEY, SETTINGS, Setting
from viewer.state.cache_room import size_bytes, size_words, trim
from viewer.state.layouts import LAYOUTS
from viewer.state.paper import GAINS_MM_MV, SPEEDS_MM_S
from viewer.ui.theme import THEMES
from viewer.words import LANGUAGES, tr

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

Choices = Sequence[tuple[Any, str]]
TITLE_EM = 12.0  # so that fields of all groups begin at the same place
FOLDERS = (("Settings", config_folder), ("Cache", cache_folder), ("Log", log_folder))


def methods() -> Choices:
    from inference.registry import DENOISERS, default_denoiser

    default = DENOISERS[default_denoiser()].title
    named = [(method.name, method.title) for method in DENOISERS.values()]
    return [("", f"Leadlight's choice ({default})"), *named]


CHOICES: Mapping[str, Callable[[], Choices]] = {
    "view.theme": lambda: [(theme.name, theme.title) for theme in THEMES.values()],
    "view.layout": lambda: [(layout.name, layout.title) for layout in LAYOUTS.values()],
    "view.speed_mm_s": lambda: [(speed, f"{speed:g} mm/s") for speed in SPEEDS_MM_S],
    "view.gain_mm_mv": lambda: [(gain, f"{gain:g} mm/mV") for gain in GAINS_MM_MV],
    "view.language": lambda: list(LANGUAGES.items()),
    "denoise.method": methods,
    "device": lambda: [("auto", "GPU if there is one"), ("cpu", "CPU"), ("cuda", "GPU")],
    "cache.limit_mb": lambda: [(mb, size_words(mb * 10**6)) for mb in (500, 2000, 8000, 32000)],
}
"""What can be chosen; a setting without an entry here is a switch."""

ACTIONS: Mapping[str, Callable[[MainWindow, Any], object]] = {
    "view.theme": lambda w, value: w.appearance.set_theme(value),
    "view.layout": lambda w, value: w.set_layout(value),
    "view.speed_mm_s": lambda w, value: w.session.paper.set_speed(value),
    "view.gain_mm_mv": lambda w, value: w.session.paper.set_gain(value),
    "view.overview": lambda w, value: w.panels.overview.follow(),
    "files.derive_limb": lambda w, value: w.files.derive_anew(),
    "denoise.method": lambda w, value: w.choose_method(value) if value else None,
    "cache.limit_mb": lambda w, value: trim(cache_folder(), value * 10**6),
}
"""What a new value means for the window that is open; others are looked up when needed."""


class SettingsDialog(QDialog):
    """Every change counts at once; there is nothing to save."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Settings"))
        self.resize(620, 640)
        self._window, self._settings = window, window.settings
        self.fields: dict[str, QComboBox | QCheckBox] = {}
        self._rows: list[tuple[QFormLayout, QWidget, str]] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find a setting"))
        self.search.setAccessibleName(tr("Find a setting"))
        self.search.setClearButtonEnabled(True)
        self.cache_size = QLabel()
        self.clear_cache = QPushButton(tr("Clear cache"))
        self.clear_cache.setToolTip(tr("Everything in it can be computed again"))
        self.reset = QPushButton(tr("Reset to defaults"))
        for button in (self.clear_cache, self.reset):
            button.setAutoDefault(False)  # Enter closes, it deletes nothing
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        self.clear_cache.clicked.connect(self._clear_cache)
        self.reset.clicked.connect(self._reset)
        self._settings.changed.connect(self._follow)
        self._show_cache()

    # ---- what changes ----

    def set_value(self, key: str, value: Any) -> None:
        """Remember a value and let the window follow."""
        self._settings[key] = value
        action = ACTIONS.get(key)
        if action is not None:
            action(self._window, value)
        self._window.refresh()
        self._show_cache()

    def _reset(self) -> None:
        for key in self.fields:
            if self._settings[key] != BY_KEY[key].default:
                self.set_value(key, BY_KEY[key].default)

    def _clear_cache(self) -> None:
        trim(cache_folder(), 0)
        self._show_cache()

    def _show_cache(self) -> None:
        self.cache_size.setText(tr(f"{size_words(size_bytes(cache_folder()))} in use"))

    def _follow(self, key: str) -> None:
        """A value changed, here or elsewhere in the window."""
        field = self.fields.get(key)
        if field is None:
            return
        with QSignalBlocker(field):
            if isinstance(field, QCheckBox):
                field.setChecked(bool(self._settings[key]))
            else:
                field.setCurrentIndex(_index_of(field, self._settings[key]))

    def done(self, result: int) -> None:
        """Closed: listen no more."""
        self._settings.changed.disconnect(self._follow, missing_ok=True)
        super().done(result)

    # ---- laying out ----

    def _lay_out(self) -> None:
        page = QWidget()
        groups = QVBoxLayout(page)
        groups.setContentsMargins(4, 4, 12, 4)
        shown = [setting for setting in SETTINGS if setting.title]
        for group in dict.fromkeys(setting.group for setting in shown):
            groups.addWidget(self._heading(group))
            groups.addLayout(self._group([s for s in shown if s.group == group]))
        groups.addWidget(self._heading("Folders"))
        groups.addLayout(self._folders())
        groups.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setAccessibleName(tr("All settings"))
        scroll.setWidget(page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.reset, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 12)
        column.addWidget(self.search)
        column.addWidget(scroll, 1)
        column.addWidget(buttons)

    def _heading(self, text: str) -> QLabel:
        label = QLabel(tr(text))
        font = label.font()
        font.setBold(True)
        label.setFont(font)
        label.setContentsMargins(0, 12, 0, 2)
        return label

    def _group(self, settings: Sequence[Setting]) -> QFormLayout:
        form = _form()
        for setting in settings:
            field = self._field(setting)
            self._row(form, setting.title, field, _words_of(setting))
        if any(setting.key == "cache.limit_mb" for setting in settings):
            self._row(form, "Cache", _side_by_side(self.cache_size, self.clear_cache), "cache")
        return form

    def _folders(self) -> QFormLayout:
        form = _form()
        for title, folder in FOLDERS:
            path = QLabel(str(folder()))
            path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            path.setWordWrap(True)
            button = QPushButton(tr("Show"))
            button.setAutoDefault(False)
            button.setAccessibleName(tr(f"Show the folder: {tr(title)}"))
            url = QUrl.fromLocalFile(str(folder()))
            button.clicked.connect(lambda _=False, url=url: QDesktopServices.openUrl(url))
            self._row(form, title, _side_by_side(path, button), f"folder {title}")
        return form

    def _row(self, form: QFormLayout, title: str, content: QWidget, words: str) -> None:
        label = QLabel(tr(title))
        label.setBuddy(content)
        label.setMinimumWidth(round(TITLE_EM * label.fontMetrics().height()))
        form.addRow(label, content)
        self._rows.append((form, content, words.casefold()))

    def _field(self, setting: Setting) -> QComboBox | QCheckBox:
        field: QComboBox | QCheckBox
        value, key = self._settings[setting.key], setting.key
        if key in CHOICES:
            field = QComboBox()
            for choice, words in CHOICES[key]():
                field.addItem(tr(words), choice)
            if _index_of(field, value) < 0:  # a layout of one's own, a speed by free zoom
                field.addItem(str(value), value)
            field.setCurrentIndex(_index_of(field, value))
            field.currentIndexChanged.connect(
                lambda index, box=field, key=key: self.set_value(key, box.itemData(index))
            )
        else:
            field = QCheckBox()
            field.setChecked(bool(value))
            field.toggled.connect(lambda on, key=key: self.set_value(key, on))
        field.setAccessibleName(tr(setting.title))
        field.setAccessibleDescription(tr(setting.meaning))
        field.setToolTip(tr(setting.meaning))
        self.fields[key] = field
        return field

    def _filter(self, text: str) -> None:
        """Only rows with every typed word."""
        words = text.casefold().split()
        for form, content, said in self._rows:
            form.setRowVisible(content, all(word in said for word in words))


def _words_of(setting: Setting) -> str:
    """What typing finds it by, in both languages."""
    said = (setting.title, setting.meaning)
    return " ".join((*said, *map(tr, said)))


def _index_of(box: QComboBox, value: Any) -> int:
    return next((i for i in range(box.count()) if box.itemData(i) == value), -1)


def _form() -> QFormLayout:
    form = QFormLayout()
    form.setHorizontalSpacing(22)
    form.setVerticalSpacing(8)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


def _side_by_side(first: QWidget, second: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(first, 1)
    layout.addWidget(second)
    return row
