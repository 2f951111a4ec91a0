"""The amplitude a network works at: one robust size per record, divided out and put back.

Normalisation layers forget how large a signal was; the competitors learn shapes in units
of this size, and what they return is in mV again.
"""

import torch
from torch import Tensor

_SMALLEST_MV, _LARGEST_MV = 0.2, 5.0
_STEP = 8  # every eighth sample is enough for a quantile


def record_size_mv(x_mv: Tensor) -> Tensor:
    """[B, 12, T] mV to [B, 1, 1]: median over leads of the 0.5…99.5 % range, 0.2…5 mV."""
    ends = torch.tensor([0.005, 0.995], dtype=x_mv.dtype, device=x_mv.device)
    low, high = torch.quantile(x_mv[..., ::_STEP], ends, dim=-1)
    size = (high - low).median(dim=-1).values.clamp(_SMALLEST_MV, _LARGEST_MV)
    shaped: Tensor = size[:, None, None]
    return shaped
