"""The method that was asked for, and cleaning with it."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from viewer.batch import services
from viewer.batch.task import Report, TaskError
from viewer.cli.failures import USAGE, CommandError
from viewer.recording import Recording
from viewer.state.cleaned import Cleaned

if TYPE_CHECKING:  # scipy is imported when there is something to clean
    from inference.registry import Method


def method_of(options: Namespace) -> Method:
    """The method that was asked for. Raises CommandError with the choices."""
    from inference.registry import find

    try:
        return find(options.method)
    except ValueError as error:
        raise CommandError(str(error), USAGE) from None


def clean(recording: Recording, method: Method, device: str, report: Report) -> Cleaned:
    """The whole recording, piece by piece, in bounded memory. Raises CommandError."""
    try:
        return services.clean(recording, method, device, report)
    except TaskError as error:
        raise CommandError(str(error)) from None
