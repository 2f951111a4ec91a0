"""A small picture of a recording as SVG text, drawn without Qt, for worker processes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewer.recording import Recording
from viewer.samples import Samples

SECONDS, COLUMNS = 10.0, 160
WIDTH_PX, HEIGHT_PX = 320, 90
MV_PER_PX = 0.04
"""25 px per mV where that fits; larger signals are drawn smaller."""

Signal = NDArray[np.float32]


def thumbnail(recording: Recording, cleaned: Samples | None = None) -> str:
    """The first ten seconds of lead II (else the first lead): raw pale, cleaned dark on it."""
    row = recording.leads.index("II") if "II" in recording.leads else 0
    stop = min(recording.n_samples, round(SECONDS * recording.fs_hz))
    traces = [("raw" if cleaned is not None else "only", recording.samples.read_mv(0, stop)[row])]
    if cleaned is not None:
        traces.append(("clean", cleaned.read_mv(0, stop)[row]))
    known = np.concatenate([trace[np.isfinite(trace)] for _, trace in traces])
    middle = float(np.median(known)) if known.size else 0.0
    reach = float(np.abs(known - middle).max()) if known.size else 0.0
    scale = max(MV_PER_PX, reach / (HEIGHT_PX / 2 - 2))
    lines = "".join(
        f'<path class="{name}" d="{_path(trace - np.float32(middle), scale)}"/>'
        for name, trace in traces
    )
    return (
        f'<svg viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}" width="{WIDTH_PX}" height="{HEIGHT_PX}" '
        f'role="img">{lines}</svg>'
    )


def _path(trace: Signal, mv_per_px: float) -> str:
    """A line through lowest and highest value of every column; broken at gaps."""
    columns = min(COLUMNS, len(trace))
    edges = np.linspace(0, len(trace), columns + 1).astype(int)
    text, pen_up = [], True
    for column in range(columns):
        part = trace[edges[column] : edges[column + 1]]
        part = part[np.isfinite(part)]
        if not part.size:
            pen_up = True
            continue
        low, high = int(part.argmin()), int(part.argmax())
        x = column * WIDTH_PX / columns
        for index in sorted((low, high)):
            y = HEIGHT_PX / 2 - float(part[index]) / mv_per_px
            text.append(f"{'M' if pen_up else 'L'}{x:.0f} {y:.1f}")
            pen_up = False
    return "".join(text)
