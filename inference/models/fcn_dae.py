"""FCN-DAE (Chiang et al. 2019), ported to 12 leads in and out.

Fully convolutional: five strided convolutions down, five transposed ones up, kernel 16.
No normalisation layers: with batch or group normalisation the port stayed at predicting a
flat line for 600 steps; without it, in units of the record's size, it learns.
"""

from torch import Tensor, nn

from inference.models.amplitude import record_size_mv

MULTIPLE = 32
_WIDTHS = (40, 20, 20, 20, 40)


class FcnDae(nn.Module):
    """[B, 12, T] mV to [B, 12, T] mV; T a multiple of 32."""

    def __init__(self, latent: int = 12) -> None:
        super().__init__()
        down, width = [], 12
        for out in _WIDTHS:
            down += [nn.Conv1d(width, out, 16, stride=2, padding=7), nn.ELU()]
            width = out
        down += [nn.ZeroPad1d((7, 8)), nn.Conv1d(width, latent, 16), nn.ELU()]
        up: list[nn.Module] = [
            nn.ZeroPad1d((7, 8)),
            nn.Conv1d(latent, latent, 16),
            nn.ELU(),
        ]
        width = latent
        for out in reversed(_WIDTHS):
            up += [
                nn.ConvTranspose1d(width, out, 16, stride=2, padding=7),
                nn.ELU(),
            ]
            width = out
        self.down, self.up = nn.Sequential(*down), nn.Sequential(*up)
        self.head = nn.Sequential(nn.ZeroPad1d((7, 8)), nn.Conv1d(width, 12, 16))

    def forward(self, x_mv: Tensor) -> Tensor:
        size = record_size_mv(x_mv)
        out: Tensor = self.head(self.up(self.down(x_mv / size))) * size
        return out


def loss(output_mv: Tensor, clean_mv: Tensor, weight: Tensor) -> Tensor:
    """Mean squared error over trusted samples, in units of the record's size.

    The original sums over a fixed length of normalised beats; in mV² a few large records
    held all the gradient, and training fell back to a flat line.
    """
    error = ((output_mv - clean_mv) / record_size_mv(clean_mv)).square() * weight
    return error.sum() / weight.sum().clamp_min(1.0)


def make(latent: int = 12) -> FcnDae:
    """From a model card."""
    return FcnDae(latent)
