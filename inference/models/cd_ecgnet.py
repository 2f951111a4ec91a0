"""CD-ECGNet, the repaired ("fixed") reading, built on the lead-shared trunk.

E_ECG and E_noise turn a recording into two codes, D_ECG and D_noise turn each code back
into its part, E_lead describes every lead and drives the gate, Dis tells codes of clean
from codes of noisy recordings. After Zhang et al., MICCAI 2025, which gives neither
sizes nor code; every repair is listed in the model card.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.models.lead_shared import (
    Decoder,
    Encoder,
    LeadSharedConfig,
    Restored,
    drift,
)

_SCALE = 5.0
_LEADS = 12


@dataclass(frozen=True)
class CdConfig:
    """Widths of the ECG trunk, of the half-size noise trunk, and which parts exist.

    gate   "lead": E_lead drives it; "none": the decoder's output is the result
    """

    widths: tuple[int, ...] = (24, 32, 48, 64)
    noise_widths: tuple[int, ...] = (16, 16, 24, 32)
    noise: bool = True
    gate: str = "lead"


class Parts(NamedTuple):
    """Everything the losses need; signals [B, 12, T] in mV, code [B·12, C, L]."""

    restored: Restored
    ecg_mv: Tensor
    noise_mv: Tensor | None
    code: Tensor
    lead_code: Tensor | None


class LeadEncoder(nn.Module):
    """E_lead: [B, 12, T] mV to one description per lead [B, 12, 128]."""

    def __init__(self, size: int = 128) -> None:
        super().__init__()
        widths = (1, 16, 32, 48, 64)
        layers: list[nn.Module] = []
        for a, b in zip(widths[:-1], widths[1:], strict=True):  # noqa: RUF007 clearer as is
            layers += [nn.Conv1d(a, b, 9, stride=4, padding=4), nn.LeakyReLU(0.1)]
        self.convolutions = nn.Sequential(*layers)
        self.dense = nn.Linear(2 * widths[-1], size)

    def forward(self, x_mv: Tensor) -> Tensor:
        h = self.convolutions(_SCALE * x_mv.reshape(-1, 1, x_mv.shape[-1]))
        pooled = torch.cat([h.mean(-1), h.amax(-1)], dim=1)
        out: Tensor = self.dense(pooled)
        return out.reshape(-1, _LEADS, out.shape[-1])


class Head(nn.Module):
    """125 Hz features to 500 Hz millivolts; starts at zero."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.head = nn.Conv1d(width, 4, 5, padding=2)
        nn.init.zeros_(self.head.weight)
        if self.head.bias is not None:
            nn.init.zeros_(self.head.bias)

    def forward(self, features: Tensor, like: Tensor) -> Tensor:
        out: Tensor = self.head(F.leaky_relu(features, 0.1))
        return out.transpose(1, 2).reshape(like.shape) / _SCALE


class Discriminator(nn.Module):
    """Dis: is this the code of a clean recording? One number per lead."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv1d(width, 64, 5, stride=2, padding=2),
            nn.LeakyReLU(0.2),
            nn.Conv1d(64, 64, 5, stride=2, padding=2),
            nn.LeakyReLU(0.2),
        )
        self.dense = nn.Linear(64, 1)

    def forward(self, code: Tensor) -> Tensor:
        out: Tensor = self.dense(self.convolutions(code).mean(-1))
        return out


class CdEcgNet(nn.Module):
    """Input [B, 12, T] mV at 500 Hz, T a multiple of 160, no NaN."""

    def __init__(self, config: CdConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or CdConfig()
        trunk = LeadSharedConfig(widths=config.widths)
        self.encoder, self.decoder = Encoder(trunk), Decoder(trunk)  # E_ECG, D_ECG
        self.ecg_head = Head(config.widths[0])
        if config.noise:
            small = LeadSharedConfig(widths=config.noise_widths, dilations=(1, 4))
            self.noise_encoder, self.noise_decoder = Encoder(small), Decoder(small)
            self.noise_head = Head(config.noise_widths[0])
        if config.gate == "lead":
            self.lead_encoder = LeadEncoder()
            self.film = nn.Linear(128, 2 * config.widths[-1])
            self.gate_lead = nn.Linear(128, 1)
            self.gate_time = nn.Conv1d(config.widths[2], 1, 5, padding=2)
            for layer in (self.film, self.gate_lead, self.gate_time):
                nn.init.zeros_(layer.weight)
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
            nn.init.constant_(self.gate_lead.bias, 1.0)

    def forward(self, x_mv: Tensor) -> Restored:
        return self.parts(x_mv, with_noise=False).restored

    def parts(self, x_mv: Tensor, with_noise: bool = True) -> Parts:
        """Codes and both reconstructions; the noise branch only serves the losses."""
        slow = drift(x_mv)
        maps = self.encoder(x_mv, slow)
        code, lead_code = maps[-1], None
        if self.config.gate == "lead":
            lead_code = self.lead_encoder(x_mv - slow)
            scale, shift = self.film(lead_code).flatten(0, 1)[..., None].chunk(2, dim=1)
            maps = [*maps[:-1], code * (1 + scale) + shift]
        features, gate_map = self.decoder(maps)
        ecg = x_mv - slow - self.ecg_head(features, x_mv)
        noise = self._noise(x_mv, slow) if with_noise and self.config.noise else None
        return Parts(self._gated(x_mv, ecg, gate_map, lead_code), ecg, noise, code, lead_code)

    def _noise(self, x_mv: Tensor, slow: Tensor) -> Tensor:
        features, _ = self.noise_decoder(self.noise_encoder(x_mv, slow))
        out: Tensor = slow + self.noise_head(features, x_mv)
        return out

    def _gated(
        self, x_mv: Tensor, ecg: Tensor, gate_map: Tensor, lead_code: Tensor | None
    ) -> Restored:
        if lead_code is None:
            ones = torch.ones_like(x_mv)
            return Restored(ecg, ones, 20 * ones, x_mv - ecg)
        in_time = F.interpolate(
            self.gate_time(F.leaky_relu(gate_map, 0.1)),
            scale_factor=16.0,
            mode="linear",
            align_corners=False,
        ).reshape(x_mv.shape)
        logit = in_time + self.gate_lead(lead_code)
        gate = torch.sigmoid(logit)
        return Restored(x_mv - gate * (x_mv - ecg), gate, logit, x_mv - ecg)


def make(**hyperparameters: tuple[int, ...] | bool | str) -> CdEcgNet:
    """From a model card."""
    return CdEcgNet(CdConfig(**hyperparameters))  # type: ignore[arg-type]
