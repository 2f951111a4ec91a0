"""The two shipped files of the noise map, by pinned hash: the grade and the diffusion.

Importing this module loads no torch; `load_scorer` does.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from inference.quality_score import Grader, load_grader
from inference.registry import MODELS_FOLDER

if TYPE_CHECKING:
    from inference.quality_diffusion import ScalogramScorer

GRADE_FILE = MODELS_FOLDER / "noise_grade.safetensors"
GRADE_SHA256 = "470437537da72dc44a8e52fa0d9e9df0f88f58729bb71bdd26f7024ad67db81a"
DIFFUSION_FILE = MODELS_FOLDER / "noise_diffusion.safetensors"
DIFFUSION_SHA256 = "74eb87ec7c6e8007936eda124f57c4b4f2d874160c150d4543b8573d6e2f0e33"


class ScorerMissing(Exception):
    """The diffusion weights are missing or not ours; the text is for the user."""


def grader(*, with_psnr: bool) -> Grader:
    """The grade's model; GradeModelMissing when its file is absent or altered."""
    return load_grader(GRADE_FILE, GRADE_SHA256, with_psnr=with_psnr)


@lru_cache(maxsize=2)
def load_scorer(device_name: str) -> ScalogramScorer:
    """The diffusion networks on a device; ScorerMissing when they cannot be loaded."""
    import torch

    from inference.models.scalogram_autoencoder import AutoencoderConfig, ScalogramAutoencoder
    from inference.models.scalogram_unet import ScalogramUNet, UNetConfig
    from inference.quality_diffusion import Projection, ScalogramScorer
    from inference.weights import WeightsRefused, read_verified

    try:
        tensors = read_verified(DIFFUSION_FILE, DIFFUSION_SHA256)
        card = json.loads(DIFFUSION_FILE.with_suffix(".json").read_text(encoding="utf-8"))
        settings = card["settings"]
        coder = ScalogramAutoencoder(AutoencoderConfig(**_tuples(settings["autoencoder"])))
        unet = ScalogramUNet(UNetConfig(**_tuples(settings["unet"])))
        for name, model in (("autoencoder.", coder), ("unet.", unet)):
            own = {k.removeprefix(name): v for k, v in tensors.items() if k.startswith(name)}
            model.load_state_dict(own)
        return ScalogramScorer(
            coder, unet, torch.device(device_name), Projection(**settings["projection"])
        )
    except WeightsRefused as error:
        raise ScorerMissing(f"Noise diffusion model: {error}") from error
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ScorerMissing(
            f"The noise diffusion model's card {DIFFUSION_FILE.stem}.json does not fit its "
            "weights; install Leadlight again."
        ) from error


def _tuples(settings: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
