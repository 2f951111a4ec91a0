"""Preparing, packing and corrupting training data."""

from dataclasses import replace

import numpy as np
import pytest

from inference.signal.lead_algebra import einthoven_residual_mv
from inference.training.batches import Batches
from inference.training.container import load, pack, quieter, save, unpack
from inference.training.corrupt import Corruption, corrupt, muscle
from inference.training.prepare import noisy_leads, prepare, reference_leads
from tests.inference.training.corpus import tiny_corpus
from tests.shared_data import archive

CALM = dict.fromkeys(
    ("reference_floor", "reference_drift", "no_ecg", "asystole", "pacing", "swapped_arms",
     "lead_dropout", "hold"), 0.0
)  # fmt: skip


def test_packing_returns_every_integer():
    values = np.random.default_rng(0).integers(-32768, 32768, size=(3, 8, 100)).astype(np.int16)
    assert np.array_equal(unpack(pack(values), values.shape), values)


def test_a_blob_of_another_size_is_refused():
    blob = pack(np.zeros((2, 8, 10), dtype=np.int16))
    with pytest.raises(ValueError, match="160 samples"):
        unpack(blob, (2, 8, 11))


def test_a_saved_corpus_is_read_back(tmp_path):
    corpus = tiny_corpus()
    save(tmp_path / "c.npz", corpus)
    again = load(tmp_path / "c.npz")
    assert np.array_equal(again.samples, corpus.samples)
    assert np.array_equal(again.record_id, corpus.record_id)
    for kind, signal in corpus.noise["train"].items():
        assert np.abs(again.noise["train"][kind] - signal).max() <= 0.00026


@pytest.mark.parametrize(
    ("remark", "leads"),
    [
        ("", ()),
        (" , I-V1,  ", range(7)),
        (" , V6", (11,)),
        ("V2,3", (7, 8)),
        (" , I,II,AVR,AVL.AVF,V1,  ", (0, 1, 3, 4, 5, 6)),
        (" , alles,  ", range(12)),
        (" , leicht,  ", range(12)),
    ],
)
def test_noise_remarks_of_ptbxl_name_their_leads(remark, leads):
    assert set(np.flatnonzero(noisy_leads(remark))) == set(leads)


def test_hum_and_wander_disqualify_a_reference():
    t = np.arange(5000) / 500.0
    clean = tiny_corpus().leads_mv(0)
    assert reference_leads(clean)[0]
    assert not reference_leads(clean + 0.1 * np.sin(2 * np.pi * 50 * t).astype(np.float32)).any()
    assert not reference_leads(clean + 0.2 * np.sin(2 * np.pi * 0.2 * t).astype(np.float32)).any()
    assert not reference_leads(np.zeros((12, 5000), np.float32)).any()


def test_electrode_noise_obeys_the_lead_equations():
    corpus = tiny_corpus()
    amounts = Corruption(none=0.0, per_lead=0.0, **CALM)
    for seed in range(12):
        example = corrupt(
            corpus.leads_mv(0), corpus.reference[0], corpus.noise["train"],
            np.random.default_rng(seed), amounts,
        )  # fmt: skip
        assert einthoven_residual_mv(example.injected_mv[:6]) < 1e-5
        np.testing.assert_allclose(
            example.noisy_mv, example.clean_mv + example.injected_mv, atol=1e-6
        )


def test_per_lead_noise_breaks_them():
    corpus = tiny_corpus()
    amounts = Corruption(none=0.0, per_lead=1.0, **CALM)
    broken = [
        einthoven_residual_mv(
            corrupt(corpus.leads_mv(0), corpus.reference[0], corpus.noise["train"],
                    np.random.default_rng(seed), amounts).injected_mv[:6]
        )
        for seed in range(6)
    ]  # fmt: skip
    assert max(broken) > 0.05


def test_wander_is_kept_on_quiet_leads_and_removed_from_noisy_ones():
    corpus = tiny_corpus()
    amounts = Corruption(**(CALM | {"reference_drift": 1.0}))
    seen = set()
    for seed in range(20):
        example = corrupt(
            corpus.leads_mv(0), corpus.reference[0], corpus.noise["train"],
            np.random.default_rng(seed), amounts,
        )  # fmt: skip
        quiet = ~example.injected_mv.any(axis=1)
        assert np.array_equal(example.noisy_mv[quiet], example.clean_mv[quiet])
        seen |= set(quiet.tolist())
    assert seen == {True, False}


def test_a_batch_depends_on_seed_and_step_alone():
    corpus = tiny_corpus()
    make = lambda seed: Batches(  # noqa: E731
        corpus, "train", seed=seed, size=3, crop=960, amounts=Corruption()
    )
    first, again, other = make(1)(7), make(1)(7), make(2)(7)
    assert first.noisy_mv.equal(again.noisy_mv)
    assert not first.noisy_mv.equal(other.noisy_mv)
    assert first.noisy_mv.isfinite().all()


def test_real_datasets_become_one_small_file(tmp_path):
    """A few records of each archive: known splits, no duplicates, leads that add up."""
    cinc = tmp_path / "cinc"
    cinc.mkdir()
    names = (archive("cinc2011-set-a") / "RECORDS-acceptable").read_text().split()[:8]
    (cinc / "RECORDS-acceptable").write_text("\n".join(names))
    (cinc / "lead_artefacts.csv").symlink_to(archive("cinc2011-set-a") / "lead_artefacts.csv")
    for name in names:
        for suffix in (".hea", ".dat"):
            (cinc / (name + suffix)).symlink_to(archive("cinc2011-set-a") / (name + suffix))
    ptbxl = tmp_path / "ptbxl"
    (ptbxl / "records500" / "00000").mkdir(parents=True)
    table = archive("ptb-xl-500") / "ptbxl_database.csv"
    (ptbxl / "ptbxl_database.csv").symlink_to(table)
    for number in (1, 2, 3, 9, 137, 352, 387):  # 137 is a duplicate
        for suffix in (".hea", ".dat"):
            part = f"records500/00000/{number:05d}_hr{suffix}"
            (ptbxl / part).symlink_to(archive("ptb-xl-500") / part)
    corpus = prepare(ptbxl, cinc, archive("nstdb"), tmp_path / "c.npz")
    ids = corpus.record_id.tolist()
    assert len(set(ids)) == len(ids) == 6 + 8
    assert "ptbxl-137" not in ids
    assert corpus.split[ids.index("ptbxl-387")] == 1  # fold 9 validates
    assert not corpus.reference[ids.index("ptbxl-1"), :7].any()  # remark "I-V1"
    assert corpus.noise["train"]["em"].shape == (2, 505_556)
    assert einthoven_residual_mv(corpus.leads_mv(3)[:6]) < 1e-6
    again = load(tmp_path / "c.npz")
    assert np.array_equal(again.samples, corpus.samples)


def test_quieter_references_are_those_without_a_floor_above_40_hz():
    corpus = tiny_corpus()
    noisy = corpus.samples.copy()
    floor = np.random.default_rng(3).normal(size=5000) * 30  # 30 µV: lead I of record 0
    noisy[0, 0] = noisy[0, 0] + floor.astype(np.int16)
    loud = replace(corpus, samples=noisy)
    kept = quieter(loud, 8.0).reference
    assert not kept[0, 0]
    assert kept[1:].all()


def test_muscle_noise_is_low_fast_and_at_times_silent():
    draws = [muscle(np.random.default_rng(seed)) for seed in range(40)]
    loudest = max(draw.std() for draw in draws)
    assert 0.02 < loudest < 0.25
    assert any(np.abs(draw).max() > 0 and (draw == 0).mean() > 0.3 for draw in draws)
    spectrum = (np.abs(np.fft.rfft(np.stack(draws), axis=1)) ** 2).sum(axis=0)
    hz = np.fft.rfftfreq(5000, 1 / 500.0)
    assert spectrum[hz < 5].sum() < 0.05 * spectrum.sum()
