"""cGAN-style denoiser: our reconstruction after Wang et al. 2022 (sizes are not public).

Generator: strided convolutions with skips. Discriminator: judges (noisy, clean) pairs.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from inference.models.amplitude import record_size_mv

MULTIPLE = 32
_WIDTHS = (16, 32, 64, 128, 256)


class Generator(nn.Module):
    """[B, 12, T] mV to [B, 12, T] mV; T a multiple of 32."""

    def __init__(self) -> None:
        super().__init__()
        widths = (12, *_WIDTHS)
        self.down = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(a, b, 31, stride=2, padding=15), nn.GroupNorm(8, b), nn.LeakyReLU(0.2)
            )
            for a, b in pairwise(widths)
        )
        up = []
        width = _WIDTHS[-1]
        for out in (*reversed(_WIDTHS[:-1]), _WIDTHS[0]):
            up.append(
                nn.Sequential(
                    nn.ConvTranspose1d(width, out, 31, stride=2, padding=15, output_padding=1),
                    nn.GroupNorm(8, out),
                    nn.LeakyReLU(0.2),
                )
            )
            width = 2 * out
        self.up = nn.ModuleList(up)
        self.head = nn.Conv1d(_WIDTHS[0] + 12, 12, 31, padding=15)

    def forward(self, x_mv: Tensor) -> Tensor:
        size = record_size_mv(x_mv)
        h = x_mv / size
        maps = [h]
        for layer in self.down:
            h = layer(h)
            maps.append(h)
        for index, layer in enumerate(self.up):
            h = torch.cat([layer(h), maps[-2 - index]], dim=1)
        out: Tensor = self.head(h) * size
        return out


class Discriminator(nn.Module):
    """Is y the clean version of the noisy x? One number per record."""

    def __init__(self) -> None:
        super().__init__()
        widths = (24, 16, 32, 64, 128)
        layers: list[nn.Module] = []
        for a, b in pairwise(widths):
            layers += [nn.Conv1d(a, b, 15, stride=4, padding=7), nn.LeakyReLU(0.2)]
        self.convolutions = nn.Sequential(*layers)
        self.dense = nn.Linear(128, 1)

    def forward(self, noisy_mv: Tensor, y_mv: Tensor) -> Tensor:
        size = record_size_mv(noisy_mv)
        h = self.convolutions(torch.cat([noisy_mv, y_mv], dim=1) / size)
        out: Tensor = self.dense(h.mean(-1))
        return out


def reconstruction_loss(output_mv: Tensor, clean_mv: Tensor, weight: Tensor) -> Tensor:
    """100·L1 + 10·max|e| over trusted samples, in units of the record's size."""
    error = ((output_mv - clean_mv) / record_size_mv(clean_mv)).abs() * weight
    trusted = weight.amax(-1)
    peak = (error.amax(-1) * trusted).sum() / trusted.sum().clamp_min(1.0)
    return 100 * error.sum() / weight.sum().clamp_min(1.0) + 10 * peak


def make() -> Generator:
    """From a model card."""
    return Generator()
