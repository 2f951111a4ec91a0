"""The command line: `leadlight PATH` opens the window, `leadlight COMMAND PATH ...` does a job.

Nothing here imports Qt or torch before a command needs them.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

from viewer.cli.failures import CommandError, complain
from viewer.cli.parser import parse

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit status. Wrong usage raises SystemExit(2)."""
    _print_anything()
    options = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        status: int = options.run(options)
        return status
    except CommandError as error:
        complain(str(error))
        return error.status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # "| head" closed the pipe; nothing more to say to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # the last fence: a sentence, not a traceback
        log.debug("a command failed", exc_info=True)
        complain(f"Leadlight failed by a fault of its own ({type(error).__name__}: {error}).")
        return 1


def _print_anything() -> None:
    """A file name or a sign that the terminal cannot show must not end the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
