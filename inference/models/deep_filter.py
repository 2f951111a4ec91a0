"""DeepFilter (Romero et al. 2021, multibranch LANLD), ported to 12 leads in and out.

Modules of parallel convolutions with linear and rectified branches; every second module
is dilated by 3. Group instead of batch normalisation, as for the other networks here.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.models.amplitude import record_size_mv

MULTIPLE = 1
_WIDTHS = (64, 64, 32, 32, 16, 16)


class Branches(nn.Module):
    """Parallel convolutions; the first half of the channels stays linear."""

    def __init__(self, width_in: int, width: int, dilated: bool) -> None:
        super().__init__()
        kernels, dilation = ((5, 9, 15), 3) if dilated else ((3, 5, 9, 15), 1)
        each = width // (2 * len(kernels))
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width_in, 2 * each, k, padding="same", dilation=dilation) for k in kernels
        )
        self.width = 2 * each * len(kernels)
        self.each = each
        self.drop = nn.Dropout(0.4)
        self.norm = nn.GroupNorm(self.width // 2, self.width)

    def forward(self, x: Tensor) -> Tensor:
        parts = []
        for convolution in self.convolutions:
            both = convolution(x)
            parts += [both[:, : self.each], F.relu(both[:, self.each :])]
        out: Tensor = self.norm(self.drop(torch.cat(parts, dim=1)))
        return out


class DeepFilter(nn.Module):
    """[B, 12, T] mV to [B, 12, T] mV, any T."""

    def __init__(self, widen: int = 1) -> None:
        super().__init__()
        modules, width = [], 12
        for index, out in enumerate(_WIDTHS):
            branches = Branches(width, widen * out, dilated=index % 2 == 1)
            modules.append(branches)
            width = branches.width
        self.branches = nn.Sequential(*modules)
        self.head = nn.Conv1d(width, 12, 9, padding=4)

    def forward(self, x_mv: Tensor) -> Tensor:
        size = record_size_mv(x_mv)
        out: Tensor = self.head(self.branches(x_mv / size)) * size
        return out


def loss(output_mv: Tensor, clean_mv: Tensor, weight: Tensor) -> Tensor:
    """50·max e² + Σe²·512/T per lead in units of the record's size, averaged over trusted leads."""
    error = ((output_mv - clean_mv) / record_size_mv(clean_mv)).square() * weight
    per_lead = 50 * error.amax(-1) + 512 * error.mean(-1)
    trusted = weight.amax(-1)
    return (per_lead * trusted).sum() / trusted.sum().clamp_min(1.0)


def make(widen: int = 1) -> DeepFilter:
    """From a model card."""
    return DeepFilter(widen)
