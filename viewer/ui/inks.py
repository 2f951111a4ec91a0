"""The colours of the paper and of what is written on it, per theme."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

from viewer.state.layers import Trace

RAW_MM, DENOISED_MM = 0.25, 0.36
"""Pen widths: a denoised trace is also heavier, so that it differs in greyscale print."""


@dataclass(frozen=True, slots=True)
class Inks:
    """Colours as "#rrggbb". The traces contrast most, the fine grid least."""

    name: str
    paper: str
    margin: str  # header and footer, outside the grid
    fine: str  # 1 mm lines
    bold: str  # 5 mm lines
    raw: str
    denoised: str
    residual: str
    text: str
    quiet: str
    amber: str
    on_amber: str

    def trace(self, trace: Trace) -> QColor:
        """The colour of one kind of curve."""
        return QColor(getattr(self, trace.value))


PAPER = Inks(
    name="paper",
    paper="#fff8f6",
    margin="#ffffff",
    fine="#fbdcd7",
    bold="#eda79e",
    raw="#000000",
    denoised="#0b50b8",
    residual="#7a3e00",
    text="#1a1a1a",
    quiet="#5d5d5d",
    amber="#ffe9b0",
    on_amber="#5c4200",
)
DARK = Inks(
    name="dark",
    paper="#14171a",
    margin="#1b1e22",
    fine="#22282d",
    bold="#3a434a",
    raw="#f4f2ec",
    denoised="#6fb7ff",
    residual="#ffb56b",
    text="#e8e6e1",
    quiet="#a4abb3",
    amber="#44360f",
    on_amber="#ffdf8c",
)
GREY = Inks(
    name="grey",
    paper="#ffffff",
    margin="#ffffff",
    fine="#e6e6e6",
    bold="#b4b4b4",
    raw="#000000",
    denoised="#4a4a4a",
    residual="#6a6a6a",
    text="#000000",
    quiet="#4e4e4e",
    amber="#f0f0f0",
    on_amber="#000000",
)
INKS = {inks.name: inks for inks in (PAPER, DARK, GREY)}
