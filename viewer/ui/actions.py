"""The one table of commands: menus, tool bar, shortcuts, tips, palette and help come from it."""

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


def _layouts() -> Iterator[Command]:
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


def _speeds() -> Iterator[Command]:
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


def _gains() -> Iterator[Command]:
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


def _show(show: Show, title: str, key: str, tip: str, icon: str | None = None) -> Command:
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
    )


def _themes() -> Iterator[Command]:
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


def _panel(name: str, title: str, key: str, tip: str, icon: str | None = None) -> Command:
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


FILE = (
    Command(
        "file.open",
        "Open…",
        ("Ctrl+O",),
        "Open one or more recordings",
        lambda w: w.files.ask_and_open(),
        "File",
        icon="open",
        short="Open",
    ),
    Command(
        "file.open_folder",
        "Open folder…",
        ("Ctrl+Shift+O",),
        "Open the first recording of a folder and page through the others",
        lambda w: w.files.ask_folder(),
        "File",
    ),
    Command(
        "file.sample",
        "Open sample recording",
        (),
        "A real ECG that comes with Leadlight",
        lambda w: w.files.open_sample(),
        "File",
    ),
    Command(
        "file.next",
        "Next recording",
        ("PgDown",),
        "The next recording in the list or folder",
        lambda w: w.files.step(+1),
        "File",
        has_recording,
        icon="next",
    ),
    Command(
        "file.previous",
        "Previous recording",
        ("PgUp",),
        "The previous recording in the list or folder",
        lambda w: w.files.step(-1),
        "File",
        has_recording,
        icon="previous",
    ),
    Command(
        "file.derive",
        "Derive missing limb leads",
        (),
        "Compute III, aVR, aVL, aVF from I and II where they were not recorded",
        lambda w: w.files.toggle_derive(),
        "File",
        checked=lambda w: bool(w.settings["files.derive_limb"]),
    ),
    Command(
        "file.export",
        "Export…",
        ("Ctrl+E",),
        "Write the raw or the cleaned recording to a file and prove what was written",
        lambda w: w.exporting.ask(),
        "File",
        has_recording,
        icon="export",
        short="Export",
    ),
    Command(
        "file.snapshot",
        "Save page as picture or PDF…",
        ("Ctrl+Shift+S",),
        "The page as it is on screen: PNG, or PDF in true size",
        lambda w: w.exporting.ask_snapshot(),
        "File",
        has_recording,
    ),
    Command(
        "file.close",
        "Close recording",
        ("Ctrl+W",),
        "Back to the start page",
        lambda w: w.files.close_recording(),
        "File",
        has_recording,
    ),
    Command("file.quit", "Quit", ("Ctrl+Q",), "Close Leadlight", lambda w: w.close(), "File"),
)

MOVE = (
    Command(
        "move.step_on",
        "Step on",
        ("Right",),
        "Move on by a tenth of a page",
        lambda w: w.session.timeline.step(+1),
        "Move",
        has_recording,
    ),
    Command(
        "move.step_back",
        "Step back",
        ("Left",),
        "Move back by a tenth of a page",
        lambda w: w.session.timeline.step(-1),
        "Move",
        has_recording,
    ),
    Command(
        "move.page_on",
        "Next page",
        ("Shift+Right",),
        "Move on by one page",
        lambda w: w.session.timeline.page(+1),
        "Move",
        has_recording,
    ),
    Command(
        "move.page_back",
        "Previous page",
        ("Shift+Left",),
        "Move back by one page",
        lambda w: w.session.timeline.page(-1),
        "Move",
        has_recording,
    ),
    Command(
        "move.start",
        "Start of recording",
        ("Home",),
        "Go to the first page",
        lambda w: w.session.timeline.scroll_to(0.0),
        "Move",
        has_recording,
    ),
    Command(
        "move.end",
        "End of recording",
        ("End",),
        "Go to the last page",
        lambda w: w.session.timeline.scroll_to(w.session.timeline.last_start_s),
        "Move",
        has_recording,
    ),
    Command(
        "move.to_time",
        "Go to time…",
        ("Ctrl+G",),
        "Type a time and go there",
        lambda w: w.ask_time(),
        "Move",
        has_recording,
    ),
)

VIEW = (
    *_layouts(),
    *_speeds(),
    *_gains(),
    Command(
        "view.faster",
        "Faster paper",
        ("Ctrl++", "Ctrl+="),
        "The next higher paper speed",
        lambda w: w.session.paper.step_speed(+1),
        "View",
        has_recording,
    ),
    Command(
        "view.slower",
        "Slower paper",
        ("Ctrl+-",),
        "The next lower paper speed",
        lambda w: w.session.paper.step_speed(-1),
        "View",
        has_recording,
    ),
    Command(
        "view.higher",
        "Higher gain",
        ("+", "="),
        "The next higher gain",
        lambda w: w.session.paper.step_gain(+1),
        "View",
        has_recording,
    ),
    Command(
        "view.lower",
        "Lower gain",
        ("-",),
        "The next lower gain",
        lambda w: w.session.paper.step_gain(-1),
        "View",
        has_recording,
    ),
    Command(
        "view.standard",
        "Standard scale",
        ("Ctrl+0",),
        "25 mm/s and 10 mm/mV",
        lambda w: w.standard_scale(),
        "View",
        has_recording,
    ),
    Command(
        "view.simultaneous",
        "Simultaneous columns",
        (),
        "Every column shows the same seconds; otherwise columns follow each other in time",
        lambda w: w.toggle_timing(),
        "View",
        has_recording,
        checked=lambda w: w.session.paper.timing == "simultaneous",
    ),
    Command(
        "view.half_chest",
        "Chest leads at half gain",
        (),
        "V1 to V6 at half the gain; the calibration pulse shows the step",
        lambda w: w.session.paper.set_half_chest_gain(not w.session.paper.half_chest_gain),
        "View",
        has_recording,
        checked=lambda w: w.session.paper.half_chest_gain,
    ),
    _panel("noise_map", "Noise map", "N", "Which leads are noisy, when and why", "map"),
    _panel("st", "ST", "S", "ST levels, intervals, criteria and guard of every lead", "st"),
    Command(
        "panel.beat",
        "Median beat",
        ("B",),
        "The median beat of every lead, raw and cleaned, with fiducials to move",
        lambda w: w.panels.toggle_beat(),
        "View",
        has_recording,
    ),
    _panel("residual", "Residual average", "Shift+R", "What was removed, averaged around the QRS"),
    *_themes(),
    Command(
        "view.true_size",
        "True size…",
        (),
        "Confirm the millimetre of this monitor with a bank card or a ruler",
        lambda w: w.appearance.calibrate(),
        "View",
        checked=lambda w: w.session.paper.px_per_mm is not None,
    ),
    Command(
        "view.full_screen",
        "Full screen",
        ("F11",),
        "The window fills the screen",
        lambda w: w.toggle_full_screen(),
        "View",
        checked=lambda w: w.isFullScreen(),
    ),
)

CLEANING = (
    Command(
        "denoise.start",
        "Denoise",
        ("Ctrl+D",),
        "Clean all leads with the chosen method; the raw trace stays",
        lambda w: w.cleaning.start(),
        "Cleaning",
        has_recording,
        icon="denoise",
        primary=True,
    ),
    Command(
        "denoise.card",
        "About this method",
        ("Ctrl+M",),
        "What the chosen method does, how it was measured and where it fails",
        lambda w: w.show_card(),
        "Cleaning",
        lambda w: w.cleaning.method is not None,
        icon="card",
    ),
    _show(Show.OVERLAY, "Overlay", "O", "Raw and cleaned trace on top of each other", "overlay"),
    _show(Show.DENOISED, "Cleaned trace alone", "C", "Only the cleaned trace"),
    _show(Show.RESIDUAL, "Residual", "R", "What was removed: raw minus cleaned", "residual"),
    Command(
        "show.flicker",
        "Flicker raw and cleaned (hold)",
        ("D",),
        "While the key is held, raw and cleaned change places",
        lambda w: w.session.layers.set_flickering(True),
        "Cleaning",
        has_cleaned,
        release=lambda w: w.session.layers.set_flickering(False),
    ),
    Command(
        "denoise.drop",
        "As recorded",
        ("Backspace",),
        "Drop the cleaned trace: raw alone",
        lambda w: w.cleaning.drop(),
        "Cleaning",
        lambda w: w.session.cleaned is not None,
    ),
    Command(
        "guard.show",
        "What cleaning changed…",
        ("Ctrl+Shift+G",),
        "The fidelity guard: change of ST, QRS, QT and R time in every lead",
        lambda w: w.show_guard(),
        "Cleaning",
        lambda w: w.session.guard is not None,
    ),
    Command(
        "work.cancel",
        "Cancel",
        ("Esc",),
        "Stop what is being computed or opened",
        lambda w: w.cancel(),
        "Cleaning",
        is_busy,
        icon="cancel",
    ),
)

HELP = (
    Command(
        "help.keys",
        "Keys",
        ("F1", "?"),
        "Every command with its key",
        lambda w: w.show_help(),
        "Help",
    ),
    Command(
        "help.palette",
        "Find a command…",
        ("Ctrl+K",),
        "Type what you want to do",
        lambda w: w.show_palette(),
        "Help",
        icon="search",
    ),
    Command(
        "help.log",
        "Show log folder",
        (),
        "Log and crash files; they name no patient",
        lambda w: w.show_log_folder(),
        "Help",
    ),
    Command(
        "help.about",
        "About Leadlight",
        (),
        "Version, licence, what it is for and what not",
        lambda w: w.show_about(),
        "Help",
    ),
)

COMMANDS: tuple[Command, ...] = (*FILE, *MOVE, *VIEW, *CLEANING, *HELP)
BY_ID = {command.id: command for command in COMMANDS}
MENUS = ("File", "View", "Move", "Cleaning", "Help")
"""In the order of the menu bar."""
