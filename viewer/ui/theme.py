"""Colours and spacing of the window, given to Qt as a palette and one style sheet."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from viewer.folders import resource


@dataclass(frozen=True, slots=True)
class Theme:
    """What the style sheet calls each colour. The paper has colours of its own."""

    name: str
    title: str
    window: str  # behind everything
    surface: str  # bars, menus, panels
    sunken: str  # fields, hovered buttons
    line: str  # hairlines between surfaces
    text: str
    quiet: str  # secondary text, at least 4.5:1 on surface
    accent: str  # focus, checked buttons, progress
    on_accent: str
    amber: str  # the two standing warnings
    on_amber: str
    red: str  # what blocks
    on_red: str


PAPER = Theme(
    name="paper",
    title="Paper",
    window="#eeece8",
    surface="#fbfaf8",
    sunken="#eceae5",
    line="#d9d5ce",
    text="#23272b",
    quiet="#5d646b",
    accent="#1d5c8c",
    on_accent="#ffffff",
    amber="#fff1cf",
    on_amber="#5c4200",
    red="#fbe3e1",
    on_red="#8c1d18",
)
DARK = Theme(
    name="dark",
    title="Dark",
    window="#17191c",
    surface="#212429",
    sunken="#2c3036",
    line="#3a3f46",
    text="#e8e6e1",
    quiet="#a4abb3",
    accent="#6db3e8",
    on_accent="#10202c",
    amber="#44360f",
    on_amber="#ffdf8c",
    red="#4a1f1c",
    on_red="#ffb9b2",
)
GREY = Theme(
    name="grey",
    title="Grey",
    window="#d4d4d4",
    surface="#ececec",
    sunken="#dcdcdc",
    line="#b9b9b9",
    text="#1c1c1c",
    quiet="#4e4e4e",
    accent="#2b2b2b",
    on_accent="#ffffff",
    amber="#f7f7f7",
    on_amber="#1c1c1c",
    red="#ffffff",
    on_red="#000000",
)
THEMES = {theme.name: theme for theme in (PAPER, DARK, GREY)}


def theme_called(name: str) -> Theme:
    """The theme of that name, paper when there is none."""
    return THEMES.get(name, PAPER)


def apply(app: QApplication, theme: Theme) -> None:
    """Dress the whole program."""
    app.setStyle("Fusion")  # the same controls on every system
    app.setPalette(_palette(theme))
    sheet = Template(resource("styles/window.qss").read_text(encoding="utf-8"))
    pictures = {
        name: resource(f"icons/{name}.svg").as_posix() for name in ("arrow", "arrow_up", "close")
    }
    app.setStyleSheet(sheet.substitute(asdict(theme), **pictures))


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, colour in (
        (role.Window, theme.surface),
        (role.Base, theme.surface),
        (role.AlternateBase, theme.sunken),
        (role.Button, theme.surface),
        (role.ToolTipBase, theme.surface),
        (role.WindowText, theme.text),
        (role.Text, theme.text),
        (role.ButtonText, theme.text),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.quiet),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent),
        (role.Mid, theme.line),
        (role.Dark, theme.line),
    ):
        palette.setColor(name, QColor(colour))
    for role_name in (role.WindowText, role.Text, role.ButtonText):
        faded = QColor(theme.quiet)
        faded.setAlphaF(0.55)
        palette.setColor(QPalette.ColorGroup.Disabled, role_name, faded)
    return palette
