"""Noise-predicting UNet of the scalogram diffusion, for latents or for pixels."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.models.scalogram_blocks import Attention, ResBlock, TimeEmbedding


@dataclass(frozen=True, kw_only=True)
class UNetConfig:
    """Sizes. The defaults are the shipped latent model; the published sizes stand below."""

    channels: int = 2
    base: int = 32
    multipliers: tuple[int, ...] = (1, 2)
    blocks: int = 1
    attention: tuple[bool, ...] = (False, False)
    head_width: int = 8
    groups: int = 8
    time_width: int = 128
    patch: int = 1


REFERENCE_LATENT = UNetConfig(
    base=64,
    multipliers=(1, 2, 4),
    blocks=2,
    attention=(False, True, True),
    groups=32,
    time_width=256,
)
REFERENCE_PIXEL = UNetConfig(
    channels=1,
    base=64,
    multipliers=(1, 2, 2, 3, 4),
    blocks=2,
    attention=(False, False, True, True, True),
    groups=32,
    time_width=256,
)
SMALL_PIXEL = UNetConfig(channels=1, base=32, patch=4)  # the latent model's size and cost


class _Level(nn.Module):
    """One block of a level, with attention where the config wants it."""

    def __init__(self, config: UNetConfig, level: int, c_in: int, c_out: int) -> None:
        super().__init__()
        self.block = ResBlock(c_in, c_out, config.groups, config.time_width)
        attends = config.attention[level]
        self.attention = Attention(c_out, config.groups, config.head_width) if attends else None

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        x = self.block(x, time)
        return x if self.attention is None else self.attention(x)


class ScalogramUNet(nn.Module):
    """(x_t [B, channels, H, W], step [B]) → predicted noise, same shape."""

    def __init__(self, config: UNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or UNetConfig()
        widths = [config.base * m for m in config.multipliers]
        inner = config.channels * config.patch**2
        self.time = TimeEmbedding(config.base, config.time_width)
        self.stem = nn.Conv2d(inner, widths[0], 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        skips, c = [widths[0]], widths[0]
        for level, width in enumerate(widths):
            for _ in range(config.blocks):
                self.down.append(_Level(config, level, c, width))
                skips.append(c := width)
            if level + 1 < len(widths):
                self.down.append(_Level(config, level, c, c))  # works at the halved size
                skips.append(c)
        last = len(widths) - 1
        self.middle = nn.ModuleList([_Level(config, last, c, c), _Level(config, last, c, c)])
        for level in reversed(range(len(widths))):
            for _ in range(config.blocks + 1):
                self.up.append(_Level(config, level, c + skips.pop(), widths[level]))
                c = widths[level]
            if level > 0:
                self.up.append(_Level(config, level, c, c))  # works at the doubled size
        self.head = nn.Sequential(
            nn.GroupNorm(config.groups, c), nn.SiLU(), nn.Conv2d(c, inner, 3, padding=1)
        )

    def forward(self, x: Tensor, step: Tensor) -> Tensor:
        config = self.config
        time = self.time(step)
        x = self.stem(F.pixel_unshuffle(x, config.patch))
        skips, blocks = [x], iter(self.down)
        for level in range(len(config.multipliers)):
            for _ in range(config.blocks):
                skips.append(x := next(blocks)(x, time))
            if level + 1 < len(config.multipliers):
                skips.append(x := next(blocks)(F.avg_pool2d(x, 2), time))
        for block in self.middle:
            x = block(x, time)
        blocks = iter(self.up)
        for level in reversed(range(len(config.multipliers))):
            for _ in range(config.blocks + 1):
                x = next(blocks)(torch.cat([x, skips.pop()], dim=1), time)
            if level > 0:
                x = next(blocks)(F.interpolate(x, scale_factor=2.0, mode="nearest"), time)
        return F.pixel_shuffle(self.head(x), config.patch)
