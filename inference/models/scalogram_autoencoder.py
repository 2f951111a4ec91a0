"""Autoencoder of superlet scalograms: 1×32×256 images to small latents and back."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from inference.models.scalogram_blocks import Attention, Down, ResBlock, Up


@dataclass(frozen=True, kw_only=True)
class AutoencoderConfig:
    """Sizes. The defaults ship; `REFERENCE_AUTOENCODER` is the published size.

    patch  pixels per side folded into channels before the first convolution
    """

    base: int = 48
    multipliers: tuple[int, ...] = (1,)
    blocks: int = 1
    attention: tuple[bool, ...] = (False,)
    groups: int = 8
    latent_channels: int = 2
    patch: int = 4


REFERENCE_AUTOENCODER = AutoencoderConfig(
    base=64,
    multipliers=(1, 2, 4),
    blocks=2,
    attention=(False, True, True),
    groups=32,
    patch=1,
)


class ScalogramAutoencoder(nn.Module):
    """Image [B, 1, 32, 256] in −1…1 ↔ latent [B, latent_channels, 8, 64], unit SD."""

    latent_mean: Tensor
    latent_sd: Tensor

    def __init__(self, config: AutoencoderConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or AutoencoderConfig()
        widths = [config.base * m for m in config.multipliers]
        middle = [_res(config, widths[-1], widths[-1]), _res(config, widths[-1], widths[-1])]
        if config.attention[-1]:
            middle.insert(1, Attention(widths[-1], config.groups))
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(config.patch),
            nn.Conv2d(config.patch**2, widths[0], 3, padding=1),
            *_going_down(config, widths),
            *middle,
            nn.GroupNorm(config.groups, widths[-1]),
            nn.SiLU(),
            nn.Conv2d(widths[-1], config.latent_channels, 3, padding=1),
            nn.Conv2d(config.latent_channels, config.latent_channels, 1),
        )
        middle = [_res(config, widths[-1], widths[-1]), _res(config, widths[-1], widths[-1])]
        if config.attention[-1]:
            middle.insert(1, Attention(widths[-1], config.groups))
        self.decoder = nn.Sequential(
            nn.Conv2d(config.latent_channels, config.latent_channels, 1),
            nn.Conv2d(config.latent_channels, widths[-1], 3, padding=1),
            *middle,
            *_going_up(config, widths),
            nn.GroupNorm(config.groups, widths[0]),
            nn.SiLU(),
            nn.Conv2d(widths[0], config.patch**2, 3, padding=1),
            nn.PixelShuffle(config.patch),
        )
        # of our own latents, set after training: the published factor is another model's
        self.register_buffer("latent_mean", torch.zeros(config.latent_channels))
        self.register_buffer("latent_sd", torch.ones(config.latent_channels))

    def encode(self, image: Tensor) -> Tensor:
        raw = self.encoder(image)
        out: Tensor = (raw - self.latent_mean[:, None, None]) / self.latent_sd[:, None, None]
        return out

    def decode(self, latent: Tensor) -> Tensor:
        raw = latent * self.latent_sd[:, None, None] + self.latent_mean[:, None, None]
        out: Tensor = self.decoder(raw)
        return out

    def forward(self, image: Tensor) -> Tensor:
        return self.decode(self.encode(image))


class NoCoder(nn.Module):
    """Stands where the autoencoder stands when a diffusion works on the pixels themselves."""

    def encode(self, image: Tensor) -> Tensor:
        return image

    def decode(self, latent: Tensor) -> Tensor:
        return latent

    def forward(self, image: Tensor) -> Tensor:
        return image


def _res(config: AutoencoderConfig, c_in: int, c_out: int) -> nn.Module:
    return ResBlock(c_in, c_out, config.groups)


def _going_down(config: AutoencoderConfig, widths: list[int]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for level, width in enumerate(widths):
        for block in range(config.blocks):
            c_in = widths[max(level - 1, 0)] if block == 0 else width
            layers.append(_res(config, c_in, width))
            if config.attention[level]:
                layers.append(Attention(width, config.groups))
        if level + 1 < len(widths):
            layers.append(Down(width))
    return layers


def _going_up(config: AutoencoderConfig, widths: list[int]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for level in reversed(range(len(widths))):
        width = widths[level]
        for block in range(config.blocks + 1):
            c_in = widths[min(level + 1, len(widths) - 1)] if block == 0 else width
            layers.append(_res(config, c_in, width))
            if config.attention[level]:
                layers.append(Attention(width, config.groups))
        if level > 0:
            layers.append(Up(width))
    return layers
