"""Lead-shared gated denoiser: x̂ = x − g·(drift(x) + δ(x)).

All leads are folded into the batch and share every convolution; leads talk through cheap
mixing layers. δ starts at zero, so training starts from a baseline filter behind a gate.
Architecture: own (see the model card); the drift is a Whittaker smoother.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from scipy.linalg import solveh_banded
from torch import Tensor, nn
from torch.nn import functional as F

FS_HZ = 500.0
MULTIPLE = 160  # samples: whole 40 ms blocks and whole steps of the coarsest level
_BLOCK = 20  # 40 ms
_PATCH = 4
_N_LEADS = 12
_SCALE = 5.0  # network units of 0.2 mV


class Restored(NamedTuple):
    """What a denoiser gives back, all [batch, 12, samples]; noise is the ungated estimate."""

    signal_mv: Tensor
    gate: Tensor
    gate_logit: Tensor
    noise_mv: Tensor


@lru_cache(maxsize=8)
def whittaker_matrix(n_blocks: int, cutoff_hz: float = 0.67) -> Tensor:
    """[n, n] smoother of block means: second differences, −6 dB at `cutoff_hz`."""
    penalty = (2 * np.sin(np.pi * cutoff_hz * _BLOCK / FS_HZ)) ** -4
    main = np.full(n_blocks, 6.0)
    main[[0, -1]], main[[1, -2]] = 1.0, 5.0
    first = np.full(n_blocks - 1, -4.0)
    first[[0, -1]] = -2.0
    bands = np.zeros((3, n_blocks))
    bands[2] = 1 + penalty * main
    bands[1, 1:] = penalty * first
    bands[0, 2:] = penalty
    return torch.from_numpy(solveh_banded(bands, np.eye(n_blocks)).astype(np.float32))


def drift(x_mv: Tensor) -> Tensor:
    """Slow baseline of [..., samples] (a multiple of 20), same shape, mV."""
    n = x_mv.shape[-1]
    means = x_mv.reshape(*x_mv.shape[:-1], n // _BLOCK, _BLOCK).mean(-1)
    smooth = means @ whittaker_matrix(n // _BLOCK).to(x_mv.device)
    flat = smooth.flatten(0, -2)[:, None]
    up = F.interpolate(flat, scale_factor=_BLOCK, mode="linear", align_corners=False)
    return up.reshape(x_mv.shape)


class Block(nn.Module):
    """x + Conv(lrelu(Conv(lrelu(GroupNorm(x))))), kernel 5."""

    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, width)
        self.first = nn.Conv1d(width, width, 5, padding=2 * dilation, dilation=dilation)
        self.second = nn.Conv1d(width, width, 5, padding=2)
        with torch.no_grad():
            self.second.weight.mul_(0.3)  # a quiet branch: the block starts near identity

    def forward(self, x: Tensor) -> Tensor:
        h = self.first(F.leaky_relu(self.norm(x), 0.1, inplace=True))
        out: Tensor = self.second(F.leaky_relu(h, 0.1, inplace=True)).add_(x)
        return out


class LeadMixing(nn.Module):
    """Lets twelve leads see each other: [B·12, C, L] as [B, 12·C, L], residual."""

    def __init__(self, width: int, hidden: int = 96) -> None:
        super().__init__()
        self.down = nn.Conv1d(_N_LEADS * width, 2 * hidden, 1)
        self.mid = nn.Conv1d(hidden, hidden, 3, padding=1)
        self.up = nn.Conv1d(hidden, _N_LEADS * width, 1)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(_bias(self.up))

    def forward(self, x: Tensor) -> Tensor:
        together = x.reshape(-1, _N_LEADS * x.shape[1], x.shape[2])
        h = F.leaky_relu(self.mid(F.glu(self.down(together), dim=1)), 0.1, inplace=True)
        shared: Tensor = self.up(h)
        return x + shared.reshape(x.shape)


@dataclass(frozen=True)
class LeadSharedConfig:
    """Widths at 125, 62.5, 31.25 and 15.6 Hz, and the middle's dilations."""

    widths: tuple[int, ...] = (24, 32, 48, 64)
    dilations: tuple[int, ...] = (1, 2, 4, 8)
    mixing: bool = True


class Encoder(nn.Module):
    """[B, 12, T] mV and its drift to one feature map per level, fine to coarse."""

    def __init__(self, config: LeadSharedConfig) -> None:
        super().__init__()
        w = config.widths
        self.stem = nn.Conv1d(_PATCH + 1, w[0], 5, padding=2)
        self.lead = nn.Parameter(0.5 * torch.randn(_N_LEADS, w[0]))
        self.blocks = nn.ModuleList(Block(width) for width in w[:-1])
        self.down = nn.ModuleList(nn.Conv1d(a, b, 4, stride=2, padding=1) for a, b in pairwise(w))
        mixed = (False, True, True) if config.mixing else (False,) * 3
        self.mix = nn.ModuleList(
            LeadMixing(width) if on else nn.Identity() for width, on in zip(w, mixed, strict=False)
        )
        self.middle = nn.Sequential(*_middle(w[-1], config))

    def forward(self, x_mv: Tensor, drift_mv: Tensor) -> list[Tensor]:
        batch, leads, n = x_mv.shape
        fast = (_SCALE * (x_mv - drift_mv)).reshape(batch * leads, n // _PATCH, _PATCH)
        slow = torch.asinh(_SCALE * drift_mv[..., ::_PATCH]).reshape(batch * leads, 1, -1)
        h = self.stem(torch.cat([fast.transpose(1, 2), slow], dim=1))
        h = h + self.lead.repeat(batch, 1)[..., None]
        maps = []
        for block, mix, down in zip(self.blocks, self.mix, self.down, strict=True):
            h = mix(block(h))
            maps.append(h)
            h = down(h)
        maps.append(self.middle(h))
        return maps


class Decoder(nn.Module):
    """Feature maps back up to 125 Hz, with skips; also gives the map at 31.25 Hz."""

    def __init__(self, config: LeadSharedConfig) -> None:
        super().__init__()
        w = config.widths
        self.reduce = nn.ModuleList(nn.Conv1d(w[i + 1], w[i], 1) for i in (2, 1, 0))
        self.blocks = nn.ModuleList(Block(w[i]) for i in (2, 1, 0))
        mixed = (True, False, False) if config.mixing else (False,) * 3
        self.mix = nn.ModuleList(
            LeadMixing(w[i]) if on else nn.Identity()
            for i, on in zip((2, 1, 0), mixed, strict=True)
        )

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, Tensor]:
        coarse = self.coarse(maps)
        return self.fine(coarse, maps[-3::-1]), coarse

    def coarse(self, maps: list[Tensor]) -> Tensor:
        """The first step up, to 31.25 Hz, where leads still see each other."""
        return self._up(0, maps[-1], maps[-2])

    def fine(self, coarse: Tensor, skips: list[Tensor]) -> Tensor:
        """The rest of the way to 125 Hz, every lead by itself; skips from coarse to fine."""
        h = coarse
        for level, skip in enumerate(skips, start=1):
            h = self._up(level, h, skip)
        return h

    def _up(self, level: int, h: Tensor, skip: Tensor) -> Tensor:
        h = F.interpolate(
            self.reduce[level](h), scale_factor=2.0, mode="linear", align_corners=False
        )
        out: Tensor = self.blocks[level](self.mix[level](h.add_(skip)))
        return out


class LeadShared(nn.Module):
    """The denoiser. Input [B, 12, T] mV at 500 Hz, T a multiple of 160, no NaN."""

    def __init__(self, config: LeadSharedConfig | None = None) -> None:
        super().__init__()
        self.config = config or LeadSharedConfig()
        width = self.config.widths[0]
        self.encoder = Encoder(self.config)
        self.decoder = Decoder(self.config)
        self.noise_head = nn.Conv1d(width, _PATCH, 5, padding=2)
        self.gate_head = nn.Conv1d(self.config.widths[2], 1, 5, padding=2)
        for head, bias in ((self.noise_head, 0.0), (self.gate_head, 1.0)):
            nn.init.zeros_(head.weight)
            nn.init.constant_(_bias(head), bias)

    def forward(self, x_mv: Tensor, idle_below: float = 0.0) -> Restored:
        """Leads whose gate stays below `idle_below` get no fine noise estimate, only the
        drift: for callers that will leave such leads untouched anyway."""
        slow = drift(x_mv)
        maps = self.encoder(x_mv, slow)
        coarse = self.decoder.coarse(maps)
        logit = F.interpolate(
            self.gate_head(F.leaky_relu(coarse, 0.1)),
            scale_factor=16.0,
            mode="linear",
            align_corners=False,
        ).reshape(x_mv.shape)
        gate = torch.sigmoid(logit)
        delta = self._delta(coarse, maps[-3::-1], gate, idle_below)
        noise = slow + delta.reshape(x_mv.shape) / _SCALE
        return Restored(x_mv - gate * noise, gate, logit, noise)

    def _delta(
        self, coarse: Tensor, skips: list[Tensor], gate: Tensor, idle_below: float
    ) -> Tensor:
        """Noise beyond the drift, [B·12, T/4, 4] in network units; zero in idle leads."""
        if idle_below <= 0:
            return self._fine_delta(coarse, skips)
        awake = torch.nonzero(gate.amax(-1).flatten() >= idle_below)[:, 0]
        delta = coarse.new_zeros(len(coarse), gate.shape[-1] // _PATCH, _PATCH)
        if len(awake):
            delta[awake] = self._fine_delta(coarse[awake], [skip[awake] for skip in skips])
        return delta

    def _fine_delta(self, coarse: Tensor, skips: list[Tensor]) -> Tensor:
        h = self.decoder.fine(coarse, skips)
        delta: Tensor = self.noise_head(F.leaky_relu(h, 0.1)).transpose(1, 2)
        return delta


def _middle(width: int, config: LeadSharedConfig) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for index, dilation in enumerate(config.dilations):
        if config.mixing and index % 2 == 0:
            layers.append(LeadMixing(width))
        layers.append(Block(width, dilation))
    return layers


def _bias(layer: nn.Conv1d) -> Tensor:
    assert layer.bias is not None
    return layer.bias


def make(**hyperparameters: tuple[int, ...] | bool) -> LeadShared:
    """From a model card."""
    return LeadShared(LeadSharedConfig(**hyperparameters))  # type: ignore[arg-type]
