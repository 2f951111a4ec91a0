"""What a command is, and the rows of the table that differ only by a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.state.layers import Show
from viewer.state.layouts import AS_RECORDED, LAYOUTS
from viewer.state.paper import GAINS_MM_MV, SPEEDS_MM_S
from viewer.ui.theme import THEMES

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

Run = Callable[["MainWindow"], object]
Ask = Callable[["MainWindow"], bool]


def always(window: MainWindow) -> bool:
    return True


def has_recording(window: MainWindow) -> bool:
    return window.session.recording is not None


def has_cleaned(window: MainWindow) -> bool:
    return window.session.layers.has_denoised


def is_busy(window: MainWindow) -> bool:
    return window.busy


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do.

    id        stable name: "view.overlay"
    title     in menus and the palette
    keys      shortcuts, Qt's portable spelling; the first stands in menus and tips
    tip       one line for tool tips, status bar and help
    run       what it does; for hold: what pressing does
    menu      title of its menu; a "/" opens a submenu
    enabled   whether it can be done now
    checked   for a switch: whether it is on
    release   for a key that is held: what letting go does
    icon      name in resources/icons
    short     title on the tool bar
    primary   the one thing most readers came for: drawn filled
    """

    id: str
    title: str
    keys: tuple[str, ...]
    tip: str
    run: Run
    menu: str
    enabled: Ask = always
    checked: Ask | None = None
    release: Run | None = None
    icon: str | None = None
    short: str | None = None
    primary: bool = False


def layouts() -> Iterator[Command]:
    keys = {"3x4+1": "F2", "3x4": "F3", "3x4+3": "F4", "6x2": "F5", "2x6": "F6", "12x1": "F7"}
    keys |= {"cabrera": "F8", "cabrera-12x1": "F9", AS_RECORDED: "F10"}
    titles = {layout.name: layout.title for layout in LAYOUTS.values()}
    for name, title in (titles | {AS_RECORDED: "As recorded"}).items():
        yield Command(
            id=f"layout.{name}",
            title=title,
            keys=(keys[name],) if name in keys else (),
            tip=f"Arrange the leads: {title}",
            run=lambda w, name=name: w.set_layout(name),  # type: ignore[misc]
            menu="View/Layout",
            enabled=has_recording,
            checked=lambda w, name=name: w.session.paper.layout.name == name,  # type: ignore[misc]
        )


def speeds() -> Iterator[Command]:
    for speed in SPEEDS_MM_S:
        yield Command(
            id=f"speed.{speed:g}",
            title=f"{speed:g} mm/s",
            keys=(),
            tip=f"Paper speed {speed:g} mm/s",
            run=lambda w, speed=speed: w.session.paper.set_speed(speed),  # type: ignore[misc]
            menu="View/Paper speed",
            enabled=has_recording,
            checked=lambda w, speed=speed: w.session.paper.speed_mm_s == speed,  # type: ignore[misc]
        )


def gains() -> Iterator[Command]:
    for gain in GAINS_MM_MV:
        yield Command(
            id=f"gain.{gain:g}",
            title=f"{gain:g} mm/mV",
            keys=(),
            tip=f"Gain {gain:g} mm/mV, the same for every lead",
            run=lambda w, gain=gain: w.session.paper.set_gain(gain),  # type: ignore[misc]
            menu="View/Gain",
            enabled=has_recording,
            checked=lambda w, gain=gain: w.session.paper.gain_mm_mv == gain,  # type: ignore[misc]
        )


def show(show: Show, title: str, key: str, tip: str, icon: str | None = None) -> Command:
    return Command(
        id=f"show.{show.value}",
        title=title,
        keys=(key,) if key else (),
        tip=tip,
        run=lambda w: w.session.layers.toggle(show),
        menu="Cleaning",
        enabled=has_cleaned,
        checked=lambda w: has_cleaned(w) and w.session.layers.show is show,
        icon=icon,
        short={Show.RAW: "Raw", Show.DENOISED: "Cleaned"}.get(show),
    )


def themes() -> Iterator[Command]:
    for theme in THEMES.values():
        yield Command(
            id=f"theme.{theme.name}",
            title=theme.title,
            keys=(),
            tip=f"Colours of window and paper: {theme.title.lower()}",
            run=lambda w, name=theme.name: w.appearance.set_theme(name),  # type: ignore[misc]
            menu="View/Theme",
            checked=lambda w, name=theme.name: w.theme.name == name,  # type: ignore[misc]
        )


def panel(name: str, title: str, key: str, tip: str, icon: str | None = None) -> Command:
    return Command(
        id=f"panel.{name}",
        title=title,
        keys=(key,),
        tip=tip,
        run=lambda w: w.panels.toggle(name),
        menu="View",
        enabled=has_recording,
        checked=lambda w: w.panels.is_open(name),
        icon=icon,
        short={"Noise map": "Noise"}.get(title),
    )
