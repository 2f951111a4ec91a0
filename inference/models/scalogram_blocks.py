"""Building blocks of the scalogram networks: residual blocks, attention, resampling.

Block semantics follow the published noise quantification (models of diffusers 0.31):
GroupNorm → SiLU → 3×3 convolution twice, 1×1 shortcut where channels change, the time
embedding as scale and shift after the second normalisation.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ResBlock(nn.Module):
    """[B, c_in, H, W] (and a time embedding [B, d]) → [B, c_out, H, W]."""

    def __init__(self, c_in: int, c_out: int, groups: int, time_width: int = 0) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(min(groups, c_in), c_in)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.norm2 = nn.GroupNorm(min(groups, c_out), c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.shortcut = nn.Conv2d(c_in, c_out, 1) if c_in != c_out else nn.Identity()
        self.time = nn.Linear(time_width, 2 * c_out) if time_width else None

    def forward(self, x: Tensor, time: Tensor | None = None) -> Tensor:
        h = self.norm2(self.conv1(F.silu(self.norm1(x))))
        if self.time is not None and time is not None:
            scale, shift = self.time(F.silu(time))[:, :, None, None].chunk(2, dim=1)
            h = h * (1 + scale) + shift
        out: Tensor = self.shortcut(x) + self.conv2(F.silu(h))
        return out


class Attention(nn.Module):
    """Self-attention over all pixels; heads of `head_width` channels (0: one head)."""

    def __init__(self, channels: int, groups: int, head_width: int = 0) -> None:
        super().__init__()
        self.heads = channels // head_width if head_width else 1
        self.norm = nn.GroupNorm(min(groups, channels), channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)

    def forward(self, x: Tensor, time: Tensor | None = None) -> Tensor:
        b, c, h, w = x.shape
        flat = self.norm(x).flatten(2).transpose(1, 2)
        qkv = self.qkv(flat).view(b, h * w, 3, self.heads, c // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, h * w, c)
        out: Tensor = self.out(mixed).transpose(1, 2).view(b, c, h, w)
        return x + out


class Down(nn.Module):
    """Halves both axes by a 3×3 convolution of stride 2, padded right and below."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(F.pad(x, (0, 1, 0, 1)))
        return out


class Up(nn.Module):
    """Doubles both axes by repetition, then a 3×3 convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return out


class TimeEmbedding(nn.Module):
    """Diffusion step numbers [B] → [B, width]: cosines and sines, then a small MLP."""

    def __init__(self, base: int, width: int) -> None:
        super().__init__()
        self.base = base
        self.layers = nn.Sequential(nn.Linear(base, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, step: Tensor) -> Tensor:
        half = self.base // 2
        rates = torch.exp(-math.log(10000.0) * torch.arange(half, device=step.device) / half)
        angle = step.float()[:, None] * rates[None]
        out: Tensor = self.layers(torch.cat([angle.cos(), angle.sin()], dim=1))
        return out
