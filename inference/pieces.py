"""The fixed grid on which a recording of any length is cleaned.

The window cleans the visible piece first, the command line goes from start to end; because
every piece depends only on the raw samples around it, both give the same bytes.
"""

from dataclasses import dataclass
from itertools import pairwise

PIECE_S = 60
WHOLE_S = 120  # recordings up to this long are one piece
CONTEXT_S = 12  # seen on both sides: longer than any method looks, and whole 6 s windows
SHORTEST_S = 10  # a shorter rest joins the piece before it


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples [start, stop) to clean, and [context_start, context_stop) to look at."""

    start: int
    stop: int
    context_start: int
    context_stop: int


def pieces(n_samples: int, fs_hz: float) -> tuple[Piece, ...]:
    """All pieces of a recording, in order, without gap or overlap."""
    if n_samples <= WHOLE_S * fs_hz:
        return (Piece(0, n_samples, 0, n_samples),)
    count = int(n_samples / (PIECE_S * fs_hz))
    edges = [round(k * PIECE_S * fs_hz) for k in range(count + 1)]
    if n_samples - edges[-1] < SHORTEST_S * fs_hz:
        edges[-1] = n_samples
    else:
        edges.append(n_samples)
    context = round(CONTEXT_S * fs_hz)
    return tuple(
        Piece(start, stop, max(start - context, 0), min(stop + context, n_samples))
        for start, stop in pairwise(edges)
    )
