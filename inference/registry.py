"""Every denoising method by name: what it is, what it weighs, where its weights lie.

Nothing here imports torch: the window lists methods before any model is loaded.
"""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

MODELS_FOLDER = Path(__file__).resolve().parents[1] / "resources" / "models"


@dataclass(frozen=True)
class Method:
    """One way to clean a recording.

    name       what `--method` takes; title: what the picker shows
    learned    True for networks, which have a weights file and a card beside it
    summary    one sentence for the picker's tip
    sha256     hash the weights file must have; None for filters
    parameters what the method is set to, shown in reports and sidecars
    folder     where weights and card lie
    """

    name: str
    title: str
    summary: str
    learned: bool = False
    version: str = "1"
    task: str = "denoise"
    sha256: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict, compare=False)
    folder: Path = MODELS_FOLDER

    @property
    def weights(self) -> Path | None:
        """The safetensors file of a learned method."""
        return self.folder / f"{self.name}.safetensors" if self.learned else None

    @cached_property
    def card(self) -> dict[str, Any]:
        """The model card; for filters, what is known without one."""
        if self.learned:
            text = (self.folder / f"{self.name}.json").read_text(encoding="utf-8")
            card: dict[str, Any] = json.loads(text)
            return card
        return {
            "name": self.name,
            "task": self.task,
            "parameters": 0,
            "sha256": None,
            "training_data": None,
            "licence": "MIT",
            "metrics": {},
            "settings": self.parameters,
        }


_BAND = {"high_pass_hz": 0.67, "low_pass_hz": 150.0, "phase": "zero"}

_METHODS = (
    Method(
        "leadlight",
        "Leadlight",
        "Network that cleans noisy leads and leaves clean ones as they are.",
        learned=True,
        sha256="8874dca152b459ee58b387523080620a304dabdb68807da56bb5d4e3d152fff8",
    ),
    Method(
        "cd_ecgnet",
        "CD-ECGNet",
        "Disentangling network after Zhang et al. 2025, repaired, on the Leadlight trunk.",
        learned=True,
        sha256="50fdea8b8b94c389540080935078420d8c5b49000673359767f1d89b6efc0b97",
    ),
    Method(
        "fir",
        "FIR band-pass",
        "Kaiser window, 0.67–150 Hz, zero phase; treats every lead alike.",
        parameters=_BAND | {"window": "kaiser", "ripple_db": 13.6, "width_hz": 0.07},
    ),
    Method(
        "iir",
        "IIR band-pass",
        "Butterworth, 0.67–150 Hz, zero phase; treats every lead alike.",
        parameters=_BAND | {"family": "butterworth", "order": 4},
    ),
    Method(
        "swt",
        "Wavelet shrinkage",
        "Stationary wavelets (sym8), garrote threshold, baseline removed.",
        parameters={"wavelet": "sym8", "threshold": "garrote, universal"},
    ),
    Method(
        "spline",
        "Spline baseline",
        "Removes the baseline only: a spline through running medians.",
        parameters={"windows_s": [0.2, 0.6], "knots_s": 0.6},
    ),
    Method(
        "fcn_dae",
        "FCN-DAE",
        "Autoencoder after Chiang et al. 2019, for comparison; treats every lead alike.",
        learned=True,
        sha256="eb88bc625ae5692e8af0db3796d8bc29f2d4bb433cffcbd1b2235c755e8ec191",
    ),
    Method(
        "cgan",
        "cGAN-style (reconstruction)",
        "Our reconstruction after Wang et al. 2022, for comparison; treats every lead alike.",
        learned=True,
        sha256="cd0c76ab4e44393c12202804d4f619f9709ec7fc9a0efff85b3726d7191c55d1",
    ),
    Method(
        "deep_filter",
        "DeepFilter",
        "Branched network after Romero et al. 2021, for comparison; treats every lead alike.",
        learned=True,
        sha256="548e9ba275cde86bd24dc73c820314f6878ec187196752993f4d674739d20882",
    ),
)

DENOISERS: dict[str, Method] = {method.name: method for method in _METHODS}
_DEFAULT = "leadlight"


def default_denoiser() -> str:
    """The name of the method offered first: the best by the published evaluation."""
    return _DEFAULT


def find(name: str | None) -> Method:
    """The method of that name, or the default; ValueError names the choices."""
    try:
        return DENOISERS[name or default_denoiser()]
    except KeyError:
        known = ", ".join(DENOISERS)
        raise ValueError(f"There is no method {name!r}; choose one of {known}.") from None
