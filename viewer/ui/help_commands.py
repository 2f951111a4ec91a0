"""Commands of the Help menu: rows of the one table."""

from __future__ import annotations

from viewer.ui.command import Command

HELP = (
    Command(
        "help.guide",
        "Guide",
        ("F1",),
        "How to read, clean, measure and save",
        lambda w: w.show_guide(),
        "Help",
    ),
    Command(
        "help.keys",
        "Keys",
        ("?",),
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
        "help.tour",
        "Tour of the window",
        (),
        "What stands where, on one page over the window",
        lambda w: w.show_tour(),
        "Help",
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
