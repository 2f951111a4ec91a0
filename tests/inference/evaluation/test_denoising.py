"""The protocol: the same noise for all, scored on trusted leads, reported as measured."""

import numpy as np
import pytest

from inference.denoise import denoise
from inference.evaluation import measure
from inference.evaluation.denoising import main
from inference.evaluation.fidelity import criteria, levels
from inference.evaluation.methods import contenders
from inference.evaluation.noise import SYNTHETIC_KINDS, Condition, corrupt
from inference.evaluation.scoring import Scores, score
from inference.evaluation.sources import QrsEdges, Reference, bundled
from inference.registry import default_denoiser
from inference.signal.lead_algebra import STANDARD_LEADS, einthoven_residual_mv
from tests.shared_data import SAMPLES

RNG = np.random.default_rng(11)
NOISE = {kind: RNG.normal(size=(2, 9000)).astype(np.float32) for kind in ("bw", "em", "ma")}


@pytest.fixture(scope="module")
def record():
    return bundled(SAMPLES)[0]


def test_every_method_meets_the_same_noise(record):
    first, again = (corrupt(record, Condition(), NOISE) for _ in range(2))
    other = corrupt(record, Condition(seed=102), NOISE)
    assert np.array_equal(first.signal_mv, again.signal_mv)
    assert first.manifest == again.manifest
    assert not np.array_equal(first.signal_mv, other.signal_mv)


@pytest.mark.parametrize(
    "kind", [k for k in SYNTHETIC_KINDS if k not in ("white floor", "dropout")]
)
def test_synthetic_electrode_noise_obeys_the_lead_equations(record, kind):
    case = corrupt(record, Condition(kind=kind), {})
    assert case.injected_mv.any()
    assert einthoven_residual_mv(case.injected_mv[:6]) < 1e-6


def test_a_fixed_snr_is_reached(record):
    for seed in (101, 102, 103):
        case = corrupt(record, Condition(snr_db=6, place="all leads", seed=seed), NOISE)
        snr = 10 * np.log10(record.signal_mv.var(1) / case.injected_mv.var(1))
        assert np.median(snr) == pytest.approx(6, abs=0.1)


def test_doing_nothing_gains_nothing_and_harms_nothing(record):
    case = corrupt(record, Condition(kind="hum"), {})
    scores = Scores()
    score(scores, record, case, case.signal_mv)
    assert scores.mean("gain") == pytest.approx(0.0)
    assert scores.mean("clean_rmse") == 0.0
    assert scores.mean("clean_identical") == 1.0


def test_st_levels_are_read_at_the_given_limits():
    signal = np.zeros((12, 5000))
    onset = np.arange(500, 4500, 500)
    for start in onset:
        signal[1, start : start + 50] = 1.0  # QRS
        signal[1, start + 50 : start + 150] = 0.2  # a raised ST segment
    reference = Reference(
        "x", "LUDB", "x", signal.astype(np.float32), np.ones(12, bool), np.ones(12, bool),
        {1: QrsEdges(onset, onset + 50)},
    )  # fmt: skip
    found = levels(reference, signal)
    np.testing.assert_allclose(found.st_mv[1], 0.2, atol=1e-6)
    assert np.isnan(found.st_mv[0]).all()
    assert found.qrs_mv[1] == pytest.approx(0.8)  # from 1.0 down to 0.2


def test_criteria_need_two_contiguous_leads():
    st = np.zeros((12, 3))
    st[1, 0] = 0.15  # II alone
    assert criteria(st) == (False, False)
    st[5, 0] = 0.15  # aVF beside it
    assert criteria(st) == (True, False)
    st[:] = 0
    st[10, 1] = st[11, 1] = -0.06  # V5, V6
    assert criteria(st) == (False, True)


def test_golden_numbers_of_the_filters_on_the_bundled_recording(record):
    """Measured once with the published code; a change of the maths shows here."""
    golden = {"fir": 15.245, "iir": 15.254, "spline": 13.030, "swt": 12.894}
    case = corrupt(record, Condition(kind="sine drift"), {})
    for name, gain in golden.items():
        out = denoise(case.signal_mv, 500.0, STANDARD_LEADS, method=name).signal_mv
        scores = Scores()
        score(scores, record, case, out)
        assert scores.mean("gain") == pytest.approx(gain, abs=0.02), name


def test_the_smoke_run_meets_its_golden_numbers_and_writes_the_tables(tmp_path, capsys):
    assert main(["--smoke", "--out", str(tmp_path / "d.md")]) == 0
    printed = capsys.readouterr().out
    assert (tmp_path / "d.md").read_text(encoding="utf-8") in printed
    assert "R peak in the silence" in printed
    assert "noises that NSTDB does not hold" in printed


def test_the_full_run_needs_its_folders(capsys):
    with pytest.raises(SystemExit):
        main([])
    assert "--ptbxl, --ludb, --nstdb" in capsys.readouterr().err


def test_every_method_and_the_input_take_part():
    names = [c.name for c in contenders()]
    assert names[0] == "input"
    assert {"fir", "iir", "swt", "spline", default_denoiser()} <= set(names)
    assert measure.conditions()[0] == measure.PRIMARY


def test_a_training_run_takes_part_without_being_shipped(tmp_path, monkeypatch, record):
    """Its best weights clean; the registry's own methods stay what they were."""
    import torch

    from inference.evaluation import methods
    from inference.evaluation.methods import export_run
    from inference.models.lead_shared import LeadShared

    torch.manual_seed(5)
    row = {"step": 1, "minutes": 0.1, "ptbxl_gain_db": 1.0}
    torch.save({"denoiser": LeadShared().state_dict(), "row": row}, tmp_path / "best.pt")
    monkeypatch.setattr(methods, "DENOISERS", known := dict(methods.DENOISERS))
    monkeypatch.setattr("inference.registry.DENOISERS", known)
    export_run("ablation_backbone", tmp_path)
    found = contenders(["iir"], [("ablation_backbone", tmp_path)])
    run = next(contender for contender in found if contender.rung)
    out = run.clean(record.signal_mv)
    assert run.name == "ablation_backbone"
    assert out.shape == record.signal_mv.shape
    assert not np.array_equal(out, record.signal_mv)  # untrained: takes the drift away
