"""Everything that is compared: the registry, anchors, and what else a user could install.

Peers are optional: without their package the table says so. Each is used as documented,
lead by lead, with its own defaults.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.denoise import DenoiseRefused, denoise
from inference.registry import DENOISERS, Method
from inference.signal.lead_algebra import STANDARD_LEADS

Signal = NDArray[np.float32]
FS_HZ = 500.0
_CONFIGS = Path(__file__).resolve().parents[1] / "training" / "configs"


@dataclass(frozen=True)
class Contender:
    """A method under test; `clean` maps float32 [12, n] mV to the same shape.

    linear  True for methods that also alter clean leads by design (filters and peers):
            they get the lenient score too, against the filtered reference
    rung    True for a network straight from a training run, shown in a table of its own
    """

    name: str
    title: str
    clean: Callable[[Signal], Signal]
    linear: bool = False
    peer: bool = False
    rung: bool = False

    @property
    def learned(self) -> bool:
        """Is it one of our networks?"""
        return self.name in DENOISERS and DENOISERS[self.name].learned


def contenders(
    names: list[str] | None = None, runs: Sequence[tuple[str, Path]] = ()
) -> list[Contender]:
    """Identity, every registered method (or the named ones), training runs, installed peers.

    runs  (name, folder) of exported training runs; see `export_run`
    """
    for name, folder in runs:
        _register_run(name, folder)
    rungs = {name for name, _ in runs}
    found = [Contender("input", "input (nothing done)", lambda x: x)]
    for name, method in DENOISERS.items():
        if names is None or name in names or name in rungs:
            linear = not method.learned
            found.append(Contender(name, method.title, _service(name), linear, rung=name in rungs))
    for peer in _peers():
        if names is None or peer.name in names:
            found.append(peer)
    return found


def export_run(name: str, run: Path) -> None:
    """Turn best.pt of a run of the bundled configuration `name` into weights and a card,
    written into the run's own folder; the shipped weights stay as they are."""
    from inference.training.config import read_config
    from inference.training.export import export

    export(read_config(_CONFIGS / f"{name}.toml"), run, run, {})


def _register_run(name: str, folder: Path) -> None:
    """From now on `denoise(method=name)` in this process uses the run's weights."""
    card = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    DENOISERS[name] = Method(
        name, name, "A training run.", learned=True, sha256=card["sha256"], folder=folder
    )


def absent_peers() -> list[str]:
    """Packages of peers that are not installed here."""
    return [name for name in ("neurokit2", "biosppy", "ecgdatakit") if find_spec(name) is None]


def oracle_wiener(clean_mv: Signal, injected_mv: Signal) -> Signal:
    """The best linear time-invariant filter if signal and noise spectra were known."""
    y, v = np.fft.rfft(clean_mv), np.fft.rfft(injected_mv)
    signal, noise = _smooth(np.abs(y) ** 2), _smooth(np.abs(v) ** 2)
    gain = signal / (signal + noise + 1e-12)
    out = np.fft.irfft(gain * (y + v), clean_mv.shape[-1])
    return np.asarray(out, dtype=np.float32)


def _smooth(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spectra averaged over 0.5 Hz, or the oracle would know every phase."""
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(power, 5, axis=-1, mode="nearest"))


def _service(name: str) -> Callable[[Signal], Signal]:
    def clean(x_mv: Signal) -> Signal:
        try:
            return denoise(x_mv, FS_HZ, STANDARD_LEADS, method=name, device="cpu").signal_mv
        except DenoiseRefused:  # the user keeps the raw trace, so that is what is scored
            return x_mv

    return clean


def _lead_by_lead(
    run: Callable[[NDArray[np.float64]], NDArray[np.floating]],
) -> Callable[[Signal], Signal]:
    def clean(x_mv: Signal) -> Signal:
        return np.stack([np.asarray(run(lead.astype(np.float64)), np.float32) for lead in x_mv])

    return clean


def _peers() -> list[Contender]:
    found = []
    if find_spec("neurokit2"):
        found.append(Contender("neurokit2", "neurokit2.ecg_clean", _neurokit(), True, True))
    if find_spec("biosppy"):
        found.append(Contender("biosppy", "BioSPPy ECG filter", _biosppy(), True, True))
    if find_spec("ecgdatakit"):
        found.append(Contender("deepfade", "DeepFADE (ecgdatakit)", _deepfade(), True, True))
    return found


def _neurokit() -> Callable[[Signal], Signal]:
    def run(lead_mv: NDArray[np.float64]) -> NDArray[np.floating]:
        import neurokit2

        out: NDArray[np.floating] = neurokit2.ecg_clean(lead_mv, sampling_rate=500)
        return out

    return _lead_by_lead(run)


def _biosppy() -> Callable[[Signal], Signal]:
    """What biosppy.signals.ecg.ecg applies before it looks for beats: FIR 3–45 Hz."""

    def run(lead_mv: NDArray[np.float64]) -> NDArray[np.floating]:
        from biosppy.signals.tools import filter_signal  # type: ignore[import-not-found]

        out, _, _ = filter_signal(
            signal=lead_mv,
            ftype="FIR",
            band="bandpass",
            order=int(0.3 * FS_HZ),
            frequency=[3, 45],
            sampling_rate=FS_HZ,
        )
        filtered: NDArray[np.floating] = out
        return filtered

    return _lead_by_lead(run)


def _deepfade() -> Callable[[Signal], Signal]:
    def run(lead_mv: NDArray[np.float64]) -> NDArray[np.floating]:
        from ecgdatakit.processing import clean_ecg  # type: ignore[import-not-found]

        out: NDArray[np.floating] = clean_ecg(lead_mv, fs=500, method="deepfade").samples
        return out

    return _lead_by_lead(run)
