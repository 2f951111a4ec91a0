"""The Markdown of the denoising evaluation, built from what was measured and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inference.evaluation.bootstrap import holm, paired_p
from inference.evaluation.methods import Contender
from inference.evaluation.noise import RECORDED_KINDS, SNR_LEVELS_DB, SYNTHETIC_KINDS, Condition
from inference.evaluation.report_parts import (
    Row,
    ablation,
    latency,
    paper,
    probes,
    strata,
    table,
    targets,
)
from inference.evaluation.scoring import Scores

if TYPE_CHECKING:
    from inference.evaluation.measured import Results

__all__ = ["denoising", "table"]
PRIMARY = Condition()
ATTEMPTS = Path(__file__).parent / "attempts.md"


def denoising(results: Results, methods: list[Contender], about: dict[str, str]) -> str:
    """The whole document."""
    titles = {m.name: m.title for m in methods} | {"oracle": "oracle Wiener (linear bound)"}
    rungs = [m.name for m in methods if m.rung]
    full = any(key[0] == "LUDB" for key in results.scores)
    shown = {key: s for key, s in results.scores.items() if key[2] not in rungs}
    results, everything = replace(results, scores=shown), results
    datasets = list(dict.fromkeys(key[0] for key in results.scores))
    parts = [_head(about)]
    for dataset in datasets:
        if (dataset, PRIMARY.title, "input") in results.scores:
            parts += [
                _primary(results, dataset, titles, about["default"]),
                _clean_leads(results, dataset, titles),
                _st(results, dataset, titles),
                strata(results, dataset, titles, about["default"]),
                _kinds(results, dataset, titles),
                _sweep(results, dataset, titles),
            ]
        parts.append(_synthetic(results, dataset, titles))
    parts += [
        ablation(everything, datasets, rungs),
        targets(results, methods, about["default"]),
        probes(results),
        latency(results, titles),
        paper(results, titles),
        ATTEMPTS.read_text(encoding="utf-8") if full else "",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _head(about: dict[str, str]) -> str:
    data = (
        "Bundled recordings and a bundled excerpt of NSTDB: a check of the program, no result."
        if "--smoke" in about["command"]
        else "Test part only: PTB-XL fold 10, LUDB (a hospital never trained on), the last fifth "
        "of NSTDB in time."
    )
    return (
        "# Denoising: protocol P1\n\n"
        f"Written by `{about['command']}` in {about['minutes']} on {about['machine']}. "
        f"Default method: `{about['default']}`. Peers not installed: {about['absent']}.\n\n"
        f"{data} mV, 500 Hz, 10 s, no normalisation. A lead is a reference when it has no "
        "noise remark and its own hum (> 40 Hz) is below 20 µV and wander (< 0.5 Hz) below "
        "60 µV; records with at least four such leads take part. Noise is put on electrodes and "
        "reaches the leads through the lead equations; a lead is noisy when more than 20 µV RMS "
        "were injected, clean when nothing was. Figures are means over leads, then over "
        "records, with 95 % bootstrap intervals over patients (2 000 draws).\n"
    )


def _cells(results: Results, dataset: str, condition: Condition) -> dict[str, Scores]:
    return {
        method: scores
        for (data, title, method), scores in results.scores.items()
        if data == dataset and title == condition.title and "(seed" not in method
    }


def _primary(results: Results, dataset: str, titles: dict[str, str], default: str) -> str:
    cells = _cells(results, dataset, PRIMARY)
    rows = []
    p_values = _p_values(cells, default)
    for method, scores in cells.items():
        per_lead = scores.pooled("gain")
        spread = np.quantile(per_lead, [0.05, 0.5, 0.95]) if per_lead.size else [np.nan] * 3
        rows.append(
            [
                titles[method],
                scores.interval("gain").text(2),
                "/".join(f"{v:.1f}" for v in spread),
                _lenient(results, dataset, method),
                f"{scores.mean('gain_unmarked'):.2f}",
                scores.interval("rmse").text(1),
                f"{scores.mean('snr'):.2f}",
                f"{scores.mean('ssd'):.2f}",
                f"{scores.mean('prd'):.1f}",
                f"{scores.mean('cos'):.2f}",
                f"{scores.mean('mad'):.0f}",
                _p(p_values.get(method)),
                str(len(scores.patients)),
            ]
        )
    header = ["method", "SNR gain dB", "leads p5/median/p95", "lenient gain dB",
              "gain, all unmarked leads", "RMSE µV", "SNR dB", "SSD mV²", "PRD %", "CosSim %",
              "MAD µV", f"p against {default}", "records"]  # fmt: skip
    second = [
        f"{titles[name.split(' (')[0]]} {scores.interval('gain').text(2)}"
        for (data, title, name), scores in results.scores.items()
        if data == dataset and title == PRIMARY.title and "(seed" in name
        and not name.startswith("input")
    ]  # fmt: skip
    again = f"\nThe same with a second noise seed, SNR gain dB: {'; '.join(second)}.\n"
    return (
        f"\n## {dataset}: noisy leads (electrode noise, mixed kinds, r ~ U(0.2, 1.5))\n\n"
        + table(header, rows)
        + (again if second else "")
        + "\nLenient gain: a filter scored against the filtered reference, as if its own harm did "
        "not count. p: Wilcoxon signed-rank over records, Holm-adjusted.\n"
    )


def _p_values(cells: dict[str, Scores], default: str) -> dict[str, float]:
    if default not in cells:
        return {}
    ours = np.array(cells[default].values["gain"])
    raw = {}
    for method, scores in cells.items():
        theirs = np.array(scores.values["gain"])
        if method not in (default, "oracle") and theirs.size >= 8:
            raw[method] = paired_p(ours[: theirs.size], theirs)
    return holm(raw)


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _lenient(results: Results, dataset: str, method: str) -> str:
    values = np.array(results.lenient.get((dataset, method), []))
    return f"{np.nanmean(values):.2f}" if values.size else "–"


def _clean_leads(results: Results, dataset: str, titles: dict[str, str]) -> str:
    rows = []
    for method, scores in _cells(results, dataset, PRIMARY).items():
        per_lead = scores.pooled("clean_rmse")
        rows.append(
            [
                titles[method],
                scores.interval("clean_rmse").text(2),
                f"{np.median(per_lead):.2f}" if per_lead.size else "–",
                f"{100 * scores.mean('clean_kept'):.1f}",
                f"{100 * scores.mean('clean_identical'):.1f}",
                f"{scores.mean('einthoven_in'):.2f}",
                f"{scores.mean('einthoven_out'):.2f}",
            ]
        )
    header = ["method", "RMSE µV", "median over leads µV", "leads changed < 25 µV, %",
              "leads bit-identical, %", "Einthoven residual in µV", "out µV"]  # fmt: skip
    return f"\n### {dataset}: clean leads are left alone\n\n" + table(header, rows)


def _st(results: Results, dataset: str, titles: dict[str, str]) -> str:
    rows = []
    for method, scores in _cells(results, dataset, PRIMARY).items():
        if not scores.st_noisy_uv or method == "oracle":
            continue
        noisy = np.concatenate(scores.st_noisy_uv)
        clean = np.concatenate(scores.st_clean_uv)
        flips = 100 * np.array(scores.flips).mean(axis=0)
        size = np.abs(noisy)
        rows.append(
            [
                titles[method],
                "/".join(f"{v:.1f}" for v in size.mean(axis=0)),
                f"{noisy[:, 1].mean():+.1f}",
                f"{np.quantile(size[:, 1], 0.95):.0f}",
                f"{100 * (size[:, 1] > 50).mean():.1f}",
                f"{100 * (size[:, 1] > 100).mean():.1f}",
                f"{np.abs(clean[:, 1]).mean():.2f}",
                f"{flips[0]:.1f}/{flips[1]:.1f}",
                f"{flips[2]:.1f}/{flips[3]:.1f}",
                f"{np.nanmedian(scores.pooled('qrs_percent')):+.1f}",
                f"{np.nanmean(scores.pooled('t_uv')):.0f}",
            ]
        )
    if not rows:
        return ""
    header = ["method", "abs ΔST µV at J/J+60/J+80", "bias J+60", "p95 J+60", "> 50 µV, %",
              "> 100 µV, %", "clean leads, J+60", "STE met/lost per 100", "STD met/lost per 100",
              "QRS height, %", "abs ΔT µV"]  # fmt: skip
    return (
        f"\n### {dataset}: ST segment at expert QRS limits, noisy leads\n\n"
        + table(header, rows)
        + "\nFiducials are the experts', the same for every signal. Criteria: STE at J ≥ 0.1 mV "
        "(V2, V3 0.2 mV), STD at J+60 ≤ −0.05 mV, two contiguous leads, sex and age ignored.\n"
    )


def _kinds(results: Results, dataset: str, titles: dict[str, str]) -> str:
    columns = [Condition(kind=kind) for kind in RECORDED_KINDS]
    columns += [PRIMARY, Condition(place="leads")]
    header = ["SNR gain dB, noisy leads", *(c.title for c in columns)]
    return f"\n### {dataset}: kind of noise and where it is put\n\n" + _grid(
        results, dataset, columns, titles, header, "gain", 2
    ) + _st_by_kind(results, dataset, columns, titles)  # fmt: skip


def _st_by_kind(
    results: Results, dataset: str, columns: list[Condition], titles: dict[str, str]
) -> str:
    rows = []
    for method in _cells(results, dataset, columns[0]):
        cells = [results.scores.get((dataset, c.title, method)) for c in columns]
        if cells[0] is None or not cells[0].st_noisy_uv:
            return ""
        shown = [
            "–" if cell is None else f"{np.abs(np.concatenate(cell.st_noisy_uv)[:, 1]).mean():.1f}"
            for cell in cells
        ]
        rows.append([titles[method], *shown])
    return "\n" + table(["mean abs ΔST(J+60) µV, noisy leads", *(c.title for c in columns)], rows)


def _sweep(results: Results, dataset: str, titles: dict[str, str]) -> str:
    columns = [Condition(snr_db=level) for level in SNR_LEVELS_DB]
    header = ["SNR gain dB at input SNR", *(f"{level} dB" for level in SNR_LEVELS_DB)]
    return f"\n### {dataset}: input SNR (mixed electrode noise, every third record)\n\n" + _grid(
        results, dataset, columns, titles, header, "gain", 2
    )  # fmt: skip


def _synthetic(results: Results, dataset: str, titles: dict[str, str]) -> str:
    columns = [Condition(kind=kind) for kind in SYNTHETIC_KINDS]
    header = ["RMSE µV, trusted leads, every second record", *SYNTHETIC_KINDS]
    return f"\n### {dataset}: noises that NSTDB does not hold\n\n" + _grid(
        results, dataset, columns, titles, header, "rmse_all", 1
    )


def _grid(
    results: Results,
    dataset: str,
    columns: list[Condition],
    titles: dict[str, str],
    header: Row,
    figure: str,
    digits: int,
) -> str:
    methods = [m for m in _cells(results, dataset, columns[0]) if m != "oracle"]
    rows = []
    for method in methods:
        cells = [results.scores.get((dataset, c.title, method)) for c in columns]
        values = ["–" if c is None else f"{c.mean(figure):.{digits}f}" for c in cells]
        rows.append([titles[method], *values])
    return table(header, rows)
