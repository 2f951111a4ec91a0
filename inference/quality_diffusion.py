"""The diffusion part of the noise map: scalograms against their nearest clean ones.

A scalogram is encoded, noised to step `start` and brought back by a network that has seen
clean leads only; what does not come back is noise (or unusual). Han et al. 2025, in our own
size and with our own thresholds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

    from inference.models.scalogram_autoencoder import NoCoder, ScalogramAutoencoder

Images = NDArray[np.uint8]
LATENT_CLIP, PIXEL_CLIP = 4.0, 1.0


@dataclass(frozen=True, kw_only=True)
class Projection:
    """How a scalogram is brought back: where to start, in how many calls, how often."""

    start: int = 250
    calls: int = 3
    draws: int = 2


def seed_of(lead_name: str, segment: int, draw: int) -> np.random.Generator:
    """Random numbers that depend on the place of a cell, on nothing else.

    So a cell has the same value alone, in a batch, in the window and on the command line,
    and what is no noise (an offset, say) does not draw other numbers.
    """
    place = hashlib.sha256(f"{lead_name} {segment} {draw}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(place[:16], "big")))


class ScalogramScorer:
    """A UNet on one device, ready to score: of latents, or of pixels (NoCoder, PIXEL_CLIP)."""

    def __init__(
        self,
        coder: ScalogramAutoencoder | NoCoder,
        unet: torch.nn.Module,
        device: torch.device,
        projection: Projection | None = None,
        clip: float = LATENT_CLIP,
    ) -> None:
        self.clip = clip
        self.coder = coder.to(device).eval()
        self.unet = unet.to(device).eval()
        self.device = device
        self.projection = projection or Projection()

    def cleaned(
        self, images: Images, generators: Sequence[Sequence[np.random.Generator]]
    ) -> NDArray[np.float32]:
        """Reconstructions float32 [draws, n, 32, 256] in grey levels 0…255.

        images uint8 [n, 32, 256]; generators [draws][n].
        """
        import torch

        from inference.models.schedulers import add_noise, ddim, reverse_steps

        way = self.projection
        with torch.inference_mode():
            latent = self.coder.encode(_to_input(images, self.device))
            shape = tuple(latent.shape[1:])
            noise = np.stack(
                [g.standard_normal(shape, dtype=np.float32) for row in generators for g in row]
            )
            latent = latent.repeat(len(generators), 1, 1, 1)
            step = torch.full((len(latent),), way.start, device=self.device)
            noised = add_noise(latent, torch.from_numpy(noise).to(self.device), step)
            clean = ddim(noised, self.unet, reverse_steps(way.start, way.calls), self.clip)
            grey = (self.coder.decode(clean) + 1) * 127.5
        found: NDArray[np.float32] = grey.clamp(0, 255).cpu().numpy()
        return found.reshape(len(generators), *images.shape)

    def encoded_only(self, images: Images) -> NDArray[np.float32]:
        """What the autoencoder alone makes of the images, for comparison."""
        import torch

        with torch.inference_mode():
            grey = (self.coder(_to_input(images, self.device)) + 1) * 127.5
        found: NDArray[np.float32] = grey.clamp(0, 255).cpu().numpy()
        return found.reshape(images.shape)

    def reconstructions(
        self, images: Images, leads: Sequence[str], segment: int = 0
    ) -> NDArray[np.float32]:
        """`cleaned` with the seeds of these leads: float32 [draws, n, 32, 256]."""
        generators = [
            [seed_of(name, segment, draw) for name in leads]
            for draw in range(self.projection.draws)
        ]
        return self.cleaned(images, generators)


def column_errors(images: Images, cleaned: NDArray[np.float32]) -> NDArray[np.float64]:
    """Squared error in grey levels [n, 256], averaged over rows and draws."""
    return np.asarray(np.mean((images[None].astype(np.float64) - cleaned) ** 2, axis=(0, 2)))


def _to_input(images: Images, device: torch.device) -> torch.Tensor:
    import torch

    return (torch.from_numpy(images).to(device).float() / 127.5 - 1)[:, None]
