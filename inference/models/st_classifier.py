"""A small residual network that reads one median beat: ST elevation, ST depression."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class StClassifierConfig:
    """Widths per stage; the stem and each stage halve time."""

    widths: tuple[int, ...] = (32, 64, 112, 176)
    hidden: int = 128
    dropout: float = 0.2


class _Block(nn.Module):
    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(into, out, 5, stride=2, padding=2),
            nn.GroupNorm(8, out),
            nn.GELU(),
            nn.Conv1d(out, out, 5, padding=2),
            nn.GroupNorm(8, out),
        )
        self.shortcut = nn.Sequential(nn.AvgPool1d(2, ceil_mode=True), nn.Conv1d(into, out, 1))

    def forward(self, x: Tensor) -> Tensor:
        body: Tensor = self.body(x)
        return nn.functional.gelu(body + self.shortcut(x))


class StClassifier(nn.Module):
    """beat [B, 12, 188] mV, phases [B, 2, 188], extra [B, 16] (12 leads present, 4 person).

    forward gives logits [B, 2] of STE and STD and, for training, the estimated level at
    J+60 [B, 12] in units of 0.1 mV.
    """

    def __init__(self, config: StClassifierConfig | None = None) -> None:
        super().__init__()
        config = config or StClassifierConfig()
        widths = config.widths
        self.stem = nn.Conv1d(14, widths[0], 7, stride=2, padding=3)
        stages = [_Block(a, b) for a, b in pairwise(widths)]
        self.stages = nn.Sequential(nn.GELU(), _Block(widths[0], widths[0]), *stages)
        self.trunk = nn.Sequential(
            nn.Linear(2 * widths[-1] + 16, config.hidden), nn.GELU(), nn.Dropout(config.dropout)
        )
        self.verdict = nn.Linear(config.hidden, 2)
        self.levels = nn.Linear(config.hidden, 12)

    def forward(self, beat: Tensor, phases: Tensor, extra: Tensor) -> tuple[Tensor, Tensor]:
        # 0.2 mV is where ST changes live; the far larger QRS must not drown them
        x = torch.cat([torch.asinh(beat / 0.2), phases], dim=1)
        x = self.stages(self.stem(x))
        pooled = torch.cat([x.mean(dim=2), x.amax(dim=2), extra], dim=1)
        hidden = self.trunk(pooled)
        return self.verdict(hidden), self.levels(hidden)
