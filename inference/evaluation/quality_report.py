"""The Markdown of the noise-map evaluation, from what was measured and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.quality_probes import gain_with_interval
from inference.evaluation.quality_scores import SYSTEMS, auprc, auroc, wasserstein
from inference.evaluation.report import table
from inference.quality_diffusion import Projection
from inference.training.quality_features import KINDS

if TYPE_CHECKING:
    from inference.evaluation.quality import Measured, QualityMaps

DRAWS = 1000
TRIED = """## What was missed, and what was tried

- **PSNR alone against injected noise** stays below its targets. The networks had 14 minutes of
  one CPU core in all (autoencoder 4.5, latent UNet 9); the loss of the UNet was still falling.
  Starts at step 100, 250 and 350 were compared on training recordings (AUROC of leads in
  contact 0.861, 0.911, 0.871): 250 ships. More training is the first thing to try.
- **Wander in the grade's score**: 0.84 (405 leads) while a trend was removed before the share
  of low-frequency power was taken, 0.88 (the leads above) without; what is left is the leads'
  own wander (up to 60 µV) at 18 and 24 dB.
- **The diffusion score adds nothing that can be told from zero** to twenty indices. One of
  them, how far 0.4 s of a lead are from the likest other 0.4 s, came late: em rose from about
  0.79 to 0.88 in otherwise similar trainings.
- **Grades**: fair and poor bins (1–25 % of clean-labelled leads) both give B. With poor as C,
  6 % of the clean-labelled leads would be refused for measuring.
"""
_RANK_TARGETS = {
    "latent": {"ma": "≥ 0.88", "em": "≥ 0.75", "bw": "reported"},
    "grade": {"ma": "≥ 0.90", "em": "≥ 0.90", "bw": "≥ 0.90"},
}


def document(m: Measured) -> str:
    parts = [
        _head(m),
        _ranks(m),
        _cinc(m),
        _records(m),
        _remarks(m),
        _distances(m),
        _companions(m),
        _stability(m),
        _grades(m),
        _rhythms(m),
        _cost(m),
        TRIED,
    ]
    return "\n".join(parts)


def projection_text(way: Projection) -> str:
    return f"start at step {way.start}, {way.calls} reverse steps, {way.draws} draws"


def _head(m: Measured) -> str:
    mean, sd = m.clean_psnr_db
    return (
        "# Noise map: indices, diffusion and the grade\n\n"
        "Written by `python -m inference.evaluation quality` in "
        f"{m.about['minutes']} minutes on {m.about['machine']}. Nothing here was trained on: "
        "CinC 2011 recordings held out by content (copies of one recording stay on one side), "
        "PTB-XL fold 10, LUDB, CinC 2021 samples, the last fifth of NSTDB in time. Latent "
        f"diffusion: {m.about['projection']}; the autoencoder alone reaches {mean:.1f} ± "
        f"{sd:.1f} dB on clean-labelled leads. The pixel diffusion can be trained "
        "(`inference.training.quality_train pixel`), but no weights of it ship: it has no row. "
        "Intervals: 95 %, bootstrap over recordings.\n"
    )


def _ranks(m: Measured) -> str:
    rows = []
    for name, title in SYSTEMS.items():
        targets = _RANK_TARGETS.get(name, {})
        cells = [
            f"{m.ranks[name][kind]:.3f}" + (f" ({targets[kind]})" if kind in targets else "")
            for kind in ("ma", "em", "bw")
        ]
        rows.append([title, *cells])
    assert set(KINDS) == {"ma", "em", "bw"}
    return (
        f"## Rank correlation with injected noise\n\n{m.n_rank_leads} clean leads of fold 10, "
        "each with one excerpt per kind at −6, 0, 6, 12, 18 and 24 dB; targets in brackets.\n\n"
        + table(["system", "muscle (ma)", "electrode (em)", "wander (bw)"], rows)
    )


def _interval(
    score: NDArray[np.float64], label: NDArray[np.bool_], use: NDArray[np.bool_] | None = None
) -> str:
    """AUROC with a 95 % interval; arrays [n_records] or [n_records, 12]."""
    use = np.ones(label.shape, dtype=bool) if use is None else use
    rng, n = np.random.default_rng(7), len(label)

    def value(rows: NDArray[np.int64]) -> float:
        keep = use[rows]
        return auroc(score[rows][keep], label[rows][keep])

    low, high = np.nanquantile([value(rng.choice(n, n)) for _ in range(DRAWS)], [0.025, 0.975])
    return f"{value(np.arange(n)):.3f} ({low:.3f}…{high:.3f})"


def _cinc(m: Measured) -> str:
    rows = []
    for name, title in SYSTEMS.items():
        score, noisy, contact = m.cinc[name], m.cinc_noisy, m.contact
        rows.append(
            [
                title,
                _interval(score, noisy),
                f"{auprc(score.ravel(), noisy.ravel()):.3f}",
                _interval(score, noisy, contact),
                f"{auprc(score[contact], noisy[contact]):.3f}",
            ]
        )
    gain, low, high = gain_with_interval(m.cinc, m.cinc_noisy, m.contact)
    return (
        "## CinC 2011: leads with an artefact against leads without\n\n"
        f"{m.cinc_noisy.size} leads of {len(m.cinc_noisy)} recordings, {m.cinc_noisy.sum()} with "
        f"artefacts; in contact (flat less than half the time, within 9 mV): {m.contact.sum()} "
        f"leads, {(m.cinc_noisy & m.contact).sum()} with artefacts. Targets for the grade's "
        "score: all ≥ 0.99, in contact ≥ 0.97.\n\n"
        + table(["system", "all: AUROC", "AUPRC", "in contact: AUROC", "AUPRC"], rows)
        + "\nWhat the diffusion score adds to the indices, AUROC in contact: "
        f"**{gain:+.4f}** ({low:+.4f}…{high:+.4f}).\n"
    )


def _records(m: Measured) -> str:
    rows = [
        [title, _interval(m.whole[name].max(axis=1), m.unacceptable)]
        for name, title in SYSTEMS.items()
    ]
    return (
        "## CinC 2011: unacceptable against acceptable recordings\n\n"
        f"{len(m.unacceptable)} recordings, {m.unacceptable.sum()} unacceptable; a recording "
        "scores as its worst lead. Target for the grade's score: ≥ 0.97.\n\n"
        + table(["system", "AUROC"], rows)
    )


def _remarks(m: Measured) -> str:
    kinds = {k: v for k, v in m.ptbxl_kinds.items() if v.any()}
    clean = ~m.ptbxl_noisy
    rows = []
    for name, title in SYSTEMS.items():
        cells = [_interval(m.ptbxl[name], m.ptbxl_noisy)]
        cells.append(f"{auprc(m.ptbxl[name].ravel(), m.ptbxl_noisy.ravel()):.3f}")
        cells += [
            f"{auroc(m.ptbxl[name][clean | of], of[clean | of]):.3f}" for of in kinds.values()
        ]
        rows.append([title, *cells])
    names = [f"{k.replace('_', ' ')} ({v.sum()})" for k, v in kinds.items()]
    return (
        "## PTB-XL fold 10: leads with a noise remark\n\n"
        f"{m.ptbxl_noisy.size} leads, {m.ptbxl_noisy.sum()} with a remark. The remarks were "
        "written for paper printouts and miss much mild noise, so figures are far from 1 for "
        "every system.\n\n" + table(["system", "AUROC", "AUPRC", *names], rows)
    )


def _distances(m: Measured) -> str:
    clean = ~m.ptbxl_noisy
    kinds = {k: v for k, v in m.ptbxl_kinds.items() if v.sum() >= 5}
    rows = [
        [
            SYSTEMS[name],
            *(f"{wasserstein(m.ptbxl[name][clean], m.ptbxl[name][v]):.2f}" for v in kinds.values()),
        ]
        for name in SYSTEMS
    ]
    return "## Distance between clean and noisy leads (W1, pooled standard deviations)\n\n" + table(
        ["system", *(k.replace("_", " ") for k in kinds)], rows
    )


def _companions(m: Measured) -> str:
    return (
        "## Companions\n\nDisturbances on clean leads of fold 10 with random phases. Targets: "
        "flagged ≥ 99 %, false alarms ≤ 1 %.\n\n"
        + table(
            ["disturbance", "companion", "flagged", "false alarms, clean leads", "leads"],
            m.companions,
        )
    )


def _stability(m: Measured) -> str:
    return "## Harmless changes\n\nTarget: an offset of 0.5 mV changes no grade.\n\n" + table(
        ["change", "median shift, dB", "largest, dB", "grade unchanged"], m.stability
    )


def _shares(maps: QualityMaps, use: list[NDArray[np.bool_]]) -> list[str]:
    grades = np.concatenate([q.grade[:, 0][u] for (q, _), u in zip(maps, use, strict=True)])
    return [str(len(grades)), *(f"{100 * np.mean(grades == g):.0f} %" for g in "ABC")]


def _grades(m: Measured) -> str:
    rows = []
    for title, maps in m.grades.items():
        marked = [np.zeros(12, bool) if r.noisy is None else r.noisy for _, r in maps]
        rows.append([f"{title}: not marked", *_shares(maps, [~x for x in marked])])
        rows.append([f"{title}: marked noisy", *_shares(maps, marked)])
    return (
        "## Grades\n\nA: score within the calmest 75 % of clean-labelled validation leads; C: "
        "beyond 99 %, or a companion says so; B: between.\n\n"
        + table(["leads", "n", "A", "B", "C"], rows)
    )


def _rhythms(m: Measured) -> str:
    rows = []
    for title, maps in m.rhythm_maps.items():
        unmarked = [np.ones(12, bool) if r.noisy is None else ~r.noisy for _, r in maps]
        if not any(use.any() for use in unmarked):
            rows.append([title, "0", *(["–"] * 5)])
            continue
        psnr = np.concatenate(
            [q.psnr_db[:, 0][u] for (q, _), u in zip(maps, unmarked, strict=True)]
        )
        lowered = [
            q.kinds[i][0] == "unusual or noisy"
            for (q, _), u in zip(maps, unmarked, strict=True)
            for i in np.flatnonzero(u)
            if q.grade[i, 0] != "A"
        ]
        wording = f"{100 * np.mean(lowered):.0f} %" if lowered else "–"
        rows.append([title, *_shares(maps, unmarked), f"{np.nanmedian(psnr):.1f}", wording])
    return (
        "## Rare rhythms\n\nLeads nobody marked as noisy, from fold 10, LUDB and CinC 2021. "
        "Where a lead is graded below A without a companion, the map says “unusual or "
        "noisy”, not “noise”.\n\n"
        + table(
            ["rhythm", "leads", "A", "B", "C", "median PSNR, dB", "below A said as “unusual”"], rows
        )
    )


def _cost(m: Measured) -> str:
    return "## Cost and repeatability\n\n" + table(
        ["figure", "measured", "target"],
        [
            ["12 leads × 10 s, wall time", f"{m.wall_s:.2f} s", "≤ 0.7 s on 2 cores"],
            ["12 leads × 10 s, CPU time", f"{m.cpu_s:.2f} s", "–"],
            ["SD of a lead's PSNR over seeds", f"{m.seed_sd_db:.2f} dB", "≤ 0.3 dB"],
        ],
    )
