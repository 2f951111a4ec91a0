"""The parts of the denoising document that stand for themselves: ablation, strata, targets,
probes, latency and the paper's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inference.evaluation.bootstrap import by_patient
from inference.evaluation.methods import Contender
from inference.evaluation.noise import RECORDED_KINDS, SNR_LEVELS_DB, SYNTHETIC_KINDS, Condition
from inference.evaluation.published import PAPER_TABLE_1, PAPER_TABLE_2, PAPER_TABLE_3, WARNING
from inference.evaluation.scoring import Scores
from inference.evaluation.sources import STRATA

if TYPE_CHECKING:
    from inference.evaluation.measured import Results

PRIMARY = Condition()
Row = list[str]
_RUNGS_AGAINST = ("leadlight", "cd_ecgnet")
_ROWS = [
    PRIMARY,
    *(Condition(kind=kind) for kind in RECORDED_KINDS),
    Condition(place="leads"),
    *(Condition(snr_db=level) for level in SNR_LEVELS_DB),
]


def table(header: Row, rows: list[Row]) -> str:
    """Markdown, first column left, the rest right."""
    rule = ["---", *("---:" for _ in header[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [header, rule, *rows]) + "\n"


def ablation(results: Results, datasets: list[str], rungs: list[str]) -> str:
    """Training runs beside the shipped networks, on the primary row."""
    if not rungs:
        return ""
    rows = []
    for name in (*rungs, *_RUNGS_AGAINST):
        cells = [results.scores.get((data, PRIMARY.title, name)) for data in datasets]
        if any(cell is None for cell in cells):
            continue
        row = [name if name in rungs else f"{name} (shipped, trained longer)"]
        for cell in (c for c in cells if c):
            row += [
                cell.interval("gain").text(2),
                f"{cell.mean('clean_rmse'):.2f}",
                f"{st_error_uv(cell):.1f}" if cell.st_noisy_uv else "–",
            ]
        rows.append(row)
    header = ["run"]
    for data in datasets:
        header += [f"{data}: SNR gain dB", "clean leads, RMSE µV", "abs ΔST(J+60) µV"]
    return (
        "\n## Ablation: what each part of CD-ECGNet adds\n\n"
        + table(header, rows)
        + "\nEvery rung starts untrained and has the same budget of CPU minutes, the same data, "
        "noise and seed: Baseline = E_ECG and D_ECG; DL = + E_noise; DL+D = + Dis; full = + "
        "E_lead, L_cont and the gate; literal = the losses as printed in the paper; backbone = "
        "the default's network alone. Electrode noise, mixed kinds, relative level.\n"
    )


def strata(results: Results, dataset: str, titles: dict[str, str], default: str) -> str:
    """ST error by diagnosis, where diagnoses are known."""
    names = ("input", "iir", default)
    cells = {n: results.scores.get((dataset, PRIMARY.title, n)) for n in names}
    if any(cell is None or not any(cell.strata) for cell in cells.values()):
        return ""
    rows = []
    for stratum in STRATA:
        row = [stratum]
        for cell in (c for c in cells.values() if c):
            own = [
                part
                for part, where in zip(cell.st_noisy_uv, cell.strata, strict=True)
                if stratum in where and len(part)
            ]
            size = np.abs(np.concatenate(own)[:, 1]) if own else np.zeros(0)
            if row == [stratum]:
                row += [str(len(own)), str(size.size)]
            text = f"{size.mean():.1f} / {100 * (size > 50).mean():.0f}" if size.size else "–"
            row.append(text)
        rows.append(row)
    header = ["stratum", "records", "noisy leads", *(titles[n] for n in names)]
    return (
        f"\n### {dataset}: ST segment by diagnosis, noisy leads\n\n"
        + table(header, rows)
        + "\nMean abs ΔST(J+60) in µV / share of leads above 50 µV in %.\n"
    )


def st_error_uv(scores: Scores) -> float:
    """Mean absolute change of J+60 over noisy leads."""
    return float(np.abs(np.concatenate(scores.st_noisy_uv)[:, 1]).mean())


def targets(results: Results, methods: list[Contender], default: str) -> str:
    """What the default had to reach, and what it reaches."""
    cells = {
        data: (
            results.scores.get((data, PRIMARY.title, default)),
            results.scores.get((data, PRIMARY.title, "iir")),
        )
        for data in ("PTB-XL fold 10", "LUDB")
    }
    if any(cell is None for pair in cells.values() for cell in pair):
        return ""
    rows: list[Row] = []
    for data, gain, clean, kept in (("PTB-XL fold 10", 11.5, 1.5, 97), ("LUDB", 12.0, 3.0, 95)):
        ours, iir = cells[data]
        assert ours is not None
        assert iir is not None
        value, lenient = ours.mean("gain"), _best_lenient(results, data)
        above = value - iir.mean("gain")
        rows += [
            _target(f"{data}: SNR gain, dB", f"≥ {gain:g}", value, value >= gain, 2),
            _target(f"{data}: above IIR, dB", "≥ 6", above, above >= 6, 2),
            _target(
                f"{data}: above IIR's and FIR's lenient score, dB",
                "≥ 2", value - lenient, value - lenient >= 2, 2,
            ),
            _target(
                f"{data}: clean leads, mean RMSE, µV", f"≤ {clean:g}",
                ours.mean("clean_rmse"), ours.mean("clean_rmse") <= clean, 2,
            ),
            _target(
                f"{data}: clean leads changed < 25 µV, %", f"≥ {kept}",
                100 * ours.mean("clean_kept"), 100 * ours.mean("clean_kept") >= kept, 1,
            ),
            _target(
                f"{data}: Einthoven residual added, µV", "≤ 1",
                ours.mean("einthoven_out") - ours.mean("einthoven_in"),
                ours.mean("einthoven_out") - ours.mean("einthoven_in") <= 1, 2,
            ),
            _synthetic_target(results, data, default),
            _competitors_target(results, data, default, methods),
        ]  # fmt: skip
    rows += _st_targets(results, default)
    return (
        "\n## What the default had to reach\n\n"
        + table(["figure", "wanted", "reached", "kept"], rows)
        + "\nLatency and probes stand in their own tables.\n"
    )


def _target(what: str, wanted: str, value: float, kept: bool, digits: int) -> Row:
    return [what, wanted, f"{value:.{digits}f}", "yes" if kept else "**no**"]


def _best_lenient(results: Results, data: str) -> float:
    """The better of the two band-passes, scored against their own filtered reference."""
    values = [results.lenient.get((data, name), [np.nan]) for name in ("fir", "iir")]
    return float(np.nanmax([np.nanmean(v) for v in values]))


def _st_targets(results: Results, default: str) -> list[Row]:
    ours = results.scores["LUDB", PRIMARY.title, default]
    size = np.abs(np.concatenate(ours.st_noisy_uv)[:, 1])
    worse = []
    for condition in _ROWS:
        cells = [results.scores.get(("LUDB", condition.title, n)) for n in ("input", default)]
        if all(cell is not None and cell.st_noisy_uv for cell in cells):
            before, after = (st_error_uv(cell) for cell in cells if cell)
            if after > before:
                worse.append(f"{condition.title} ({after:.1f} against {before:.1f} µV)")
    return [
        _target("LUDB: mean abs ΔST(J+60), µV", "≤ 14", size.mean(), size.mean() <= 14, 1),
        _target("LUDB: ΔST > 50 µV, % of leads", "≤ 3", 100 * (size > 50).mean(),
                100 * (size > 50).mean() <= 3, 1),
        ["LUDB: no noise row with ST worse than the input's", "none",
         "; ".join(worse) or "none", "**no**" if worse else "yes"],
    ]  # fmt: skip


def _synthetic_target(results: Results, data: str, default: str) -> Row:
    worst, where = 0.0, "–"
    for kind in SYNTHETIC_KINDS:
        title = Condition(kind=kind).title
        values = {
            name: results.scores[data, title, name].mean("rmse_all")
            for name in ("input", "iir", default)
            if (data, title, name) in results.scores
        }
        ratio = values[default] / min(values["input"], values["iir"])
        if ratio > worst:
            worst, where = ratio, kind
    return [
        f"{data}: synthetic rows, error over the better of input and IIR",
        "≤ 1.10", f"{worst:.2f} ({where})", "yes" if worst <= 1.10 else "**no**",
    ]  # fmt: skip


def _competitors_target(results: Results, data: str, default: str, methods: list[Contender]) -> Row:
    """Rows of both tables (gain; error for synthetic ones) in which a competitor is ahead."""
    ours_too = {default, "cd_ecgnet"}
    others = [m.name for m in methods if m.learned and not m.rung and m.name not in ours_too]
    lost, compared = [], 0
    rows = [(c, "gain") for c in _ROWS]
    rows += [(Condition(kind=kind), "rmse_all") for kind in SYNTHETIC_KINDS]
    for condition, figure in rows:
        for name in others:
            keys = [(data, condition.title, n) for n in (default, name)]
            if all(key in results.scores for key in keys):
                ours, theirs = (results.scores[key].mean(figure) for key in keys)
                compared += 1
                if (theirs > ours) if figure == "gain" else (theirs < ours):
                    lost.append(f"{name}: {condition.title}")
    what = f"{data}: rows where a learned competitor ({', '.join(others) or 'none'}) is ahead"
    state = ("yes" if not lost else "**no**") if compared else "–"
    return [what, "none", f"{'; '.join(lost) or 'none'} of {compared}", state]


def probes(results: Results) -> str:
    """All safety probes, one table per figure, methods side by side."""
    if not results.probes:
        return ""
    parts = ["\n## Safety probes\n"]
    for data in dict.fromkeys(key.partition(": ")[0] for key in results.probes):
        own = {
            key.partition(": ")[2]: {(r.kind, r.figure): r for r in found}
            for key, found in results.probes.items()
            if key.startswith(f"{data}: ")
        }
        columns = [name for name in own if name != "input"]
        rows = []
        for key in dict.fromkeys(key for found in own.values() for key in found):
            first = next(found[key] for found in own.values() if key in found)
            cells = [f"{own[n][key].after:.1f}" if key in own[n] else "–" for n in columns]
            rows.append([*key, str(first.probes), f"{first.before:.1f}", *cells])
        header = ["probe", "figure", "probes", "before", *columns]
        parts.append(f"\n### {data}\n\n" + table(header, rows))
    parts.append(
        "\nBeats are found by the program's own beat finder, by the rule of the ST service "
        "(deflections between which no lead is quiet are no beats). Figures are means over the "
        "probes. Noise: NSTDB, 0.2–1 mV peak to peak on three to nine electrodes.\n"
    )
    return "".join(parts)


def latency(results: Results, titles: dict[str, str]) -> str:
    """CPU time and the seam."""
    columns = max((len(v) for v in results.cpu_ms.values()), default=1)
    header = ["method, ms", "clean record", "one V electrode noisy", "every lead noisy"]
    rows = [
        [titles[name], *(f"{ms:.1f}" for ms in values)] for name, values in results.cpu_ms.items()
    ]
    seam = "" if np.isnan(results.seam_uv) else (
        f"\nLargest difference between overlapping pieces of a long recording, default method: "
        f"{results.seam_uv:.2f} µV. DeepFADE took 3.3 s a lead, 40 s a recording, and met the "
        "first three records of each set only.\n"
    )  # fmt: skip
    shown = table(header[: columns + 1], rows)
    return "\n## CPU time, 10 s × 12 leads, one thread\n\n" + shown + seam


def paper(results: Results, titles: dict[str, str]) -> str:
    """The paper's own tables and ours under the normalisation they seem to have."""
    if not results.paper:
        return ""
    names = ["SSD", "PRD", "CosSim", "SNR", "RMSE"]
    rows = []
    for method, values in results.paper.items():
        patients = np.arange(len(values["SSD"])).astype(str)
        rows.append(
            [titles[method], *(by_patient(np.array(values[n]), patients).text(2) for n in names)]
        )
    return (
        "\n## Appendix: paper-style normalisation\n\n"
        + WARNING
        + "\n\nOurs, PTB-XL fold 10, every lead noisy and independent:\n\n"
        + table(["method", *names], rows)
        + "\nPublished, Table 2 (PTB-XL):\n\n"
        + table(["method", *names], PAPER_TABLE_2)
        + "\nPublished, Table 1 (private wearable set):\n\n"
        + table(["method", *names], PAPER_TABLE_1)
        + "\nPublished, Table 3 (ablation, wearable set):\n\n"
        + table(["method", *names], PAPER_TABLE_3)
    )
