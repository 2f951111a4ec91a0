"""What the ST classifier is worth: on bent beats, on statements of readers, and after cleaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray

from inference.denoise import denoise
from inference.evaluation.noise import Condition, corrupt
from inference.evaluation.sources import Reference, held_out_noise, ptbxl_fold_10
from inference.evaluation.st import Lines, table
from inference.evaluation.st_methods import cleaned_by, methods
from inference.evaluation.st_shift import st_course
from inference.registry import default_denoiser
from inference.signal.lead_algebra import STANDARD_LEADS
from inference.st import StReport, measure
from inference.st_features import BEAT_LEADS, StInput, person, st_input
from inference.st_prediction import classify, predict
from inference.st_report import Kind
from inference.training.st_morph import DEPRESSION, ELEVATION, lead_matrix, morph, thresholds_of
from inference.training.st_prepare import Labelled, read_ptbxl, read_signal

DRAWS = 2000
FS_HZ = 500.0
STD_CODES = ("429622005",)
ISCHAEMIA_CODES = ("164861001", "426434006", "425419005", "425623009", "413444003")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """A test recording's input and what is known of it."""

    name: str
    seen: StInput
    who: NDArray[np.float32]
    plain: bool
    tags: frozenset[str]


def auc(positive: Floats, negative: Floats) -> float:
    """Chance that a positive scores higher; ties count half."""
    if not len(positive) or not len(negative):
        return float("nan")
    wins = (positive[:, None] > negative[None]).mean() + 0.5 * (
        positive[:, None] == negative[None]
    ).mean()
    return float(wins)


def auprc(positive: Floats, negative: Floats) -> float:
    """Average precision."""
    if not len(positive):
        return float("nan")
    scores = np.concatenate([positive, negative])
    order = np.argsort(-scores, kind="stable")
    hits = (np.arange(len(scores)) < len(positive))[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())


def interval(positive: Floats, negative: Floats) -> str:
    """AUC with its 95 % bootstrap interval over recordings."""
    if not len(positive) or not len(negative):
        return "–"
    rng = np.random.default_rng(7)
    draws = [
        auc(rng.choice(positive, len(positive)), rng.choice(negative, len(negative)))
        for _ in range(DRAWS if len(positive) * len(negative) < 20000 else 300)
    ]
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{auc(positive, negative):.3f} ({low:.3f}…{high:.3f})"


def classes(data: Path) -> Lines:
    """AUC on bent beats and on every kind of label there is."""
    ptbxl = [*_inputs(r for r in read_ptbxl(data / "ptb-xl-500") if r.split == "test")]
    ludb = [*_inputs(_ludb(data / "ludb"))]
    cinc = [*_inputs(_cinc2021(data / "cinc2021-samples"))]
    rows = _bent("PTB-XL fold 10", ptbxl) + _bent("LUDB", ludb)
    for title, records, kind, tag in (
        ("STD_, ISC*, INJ* of PTB-XL fold 10", ptbxl, "STD", "STD"),
        ("STEMI in the LUDB diagnoses", ludb, "STE", "STEMI"),
        ("ischaemia or NSTEMI in the LUDB diagnoses", ludb, "STD", "ischaemia"),
        ("ST depression code of CinC 2021 samples", cinc, "STD", "STD"),
        ("ST depression or ischaemia code, CinC 2021", cinc, "STD", "any"),
    ):
        scores = _scores(records)[:, 0 if kind == "STE" else 1]
        has = np.array([tag in r.tags for r in records])
        unknown = np.array(["unknown" in r.tags for r in records]) & ~has
        rows.append(_row(title, kind, scores[has], scores[~has & ~unknown]))
    return [
        "Clean test recordings. *Bent*: recordings without ST criterion and statement, each bent "
        "five times to a known level (label: the amplitude criterion is met), against the same "
        "recordings as they are. Elevation has no statement in PTB-XL and none in CinC 2021 here.",
        "",
        *table(("labels", "of", "AUC (95 % interval)", "AUPRC", "with", "without"), rows),
    ]


def _row(title: str, kind: str, yes: Floats, no: Floats) -> tuple[object, ...]:
    return (
        title,
        kind,
        interval(yes, no),
        f"{auprc(yes, no):.3f}" if len(yes) else "–",
        len(yes),
        len(no),
    )


def _scores(records: Sequence[Seen]) -> Floats:
    return np.asarray(classify([r.seen for r in records], [r.who for r in records]))


def _bent(title: str, records: Sequence[Seen]) -> list[tuple[object, ...]]:
    plain = [r for r in records if r.plain]
    rng = np.random.default_rng(104)
    before = _scores(plain)
    j = np.array([r.seen.j for r in plain])
    beat = np.stack([r.seen.beat for r in plain]).astype(np.float64)
    limits = thresholds_of(np.stack([r.who for r in plain]))
    after, labels = [], []
    for _ in range(5):
        bent = morph(beat, j, j + 70.0, limits, rng)
        inputs = [
            StInput(
                beat=b.astype(np.float32), present=r.seen.present, onset=r.seen.onset, j=r.seen.j
            )
            for b, r in zip(bent.beat, plain, strict=True)
        ]
        after.append(classify(inputs, [r.who for r in plain]))
        labels.append(np.stack([bent.ste, bent.std], axis=1))
    scores, known = np.concatenate(after), np.concatenate(labels)
    return [
        _row(f"bent beats, {title}", kind, scores[known[:, k] == 1, k], before[:, k])
        for k, kind in enumerate(("STE", "STD"))
    ]


def _inputs(records: Iterator[Labelled]) -> Iterator[Seen]:
    for record in records:
        known = {"age_years": record.age_years, "sex": record.sex}
        report = measure(record.signal_mv, record.fs_hz, BEAT_LEADS, **known)  # type: ignore[arg-type]
        seen = st_input(report)
        if seen is None:
            continue
        tags = set(record.name.partition("|")[2].split())
        tags |= {"STD"} if record.std == 1 else set()
        tags |= {"unknown"} if record.std == -1 else set()
        plain = not _met(report) and not tags
        who = person(record.age_years, record.sex)
        yield Seen(record.name.partition("|")[0], seen, who, plain, frozenset(tags))


def _met(report: StReport) -> set[Kind]:
    """Which of the two ST criteria a measurement meets; T waves are not asked here."""
    return {criterion.kind for criterion in report.criteria} - {"TWI"}


def _ludb(folder: Path) -> Iterator[Labelled]:
    """Names carry the tags of the diagnoses after a bar."""
    for path in sorted((folder / "data").glob("*.hea")):
        text = path.read_text(encoding="utf-8", errors="replace")
        record = wfdb.rdrecord(str(path.with_suffix("")), physical=False)
        names = [name.lower() for name in record.sig_name]
        rows = [names.index(lead.lower()) for lead in BEAT_LEADS]
        tags = "STEMI " if re.search(r"(?<!N)STEMI", text) else ""
        tags += "ischaemia" if re.search(r"[Ii]schemia|NSTEMI", text) else ""
        age, sex = re.search(r"<age>: *(\d+)", text), re.search(r"<sex>: *([MF])", text)
        yield Labelled(
            name=f"ludb-{path.stem}|{tags}",
            split="test",
            signal_mv=record.d_signal.T[rows].astype(np.float32) / 1000,
            fs_hz=float(record.fs),
            age_years=float(age[1]) if age else None,
            sex=sex[1] if sex else None,
            ste=0,
            std=0,
        )


def _cinc2021(folder: Path) -> Iterator[Labelled]:
    for path in sorted(folder.glob("*.hea")):
        text = path.read_text(encoding="utf-8", errors="replace")
        codes = set(re.findall(r"\d{6,}", (re.search(r"#\s*Dx:(.*)", text) or ["", ""])[1]))
        try:
            signal_mv, fs_hz = read_signal(path.with_suffix(""))
        except ValueError:  # fewer than twelve leads
            continue
        tags = ["STD"] if codes & set(STD_CODES) else []
        tags += ["any"] if codes & {*STD_CODES, *ISCHAEMIA_CODES} else []
        age, sex = re.search(r"Age: *(\d+)", text), re.search(r"Sex: *(\w)", text)
        yield Labelled(
            name=f"{path.stem}|{' '.join(tags)}",
            split="test",
            signal_mv=signal_mv,
            fs_hz=fs_hz,
            age_years=float(age[1]) if age else None,
            sex=sex[1].upper() if sex and sex[1].upper() in "MF" else None,
            ste=0,
            std=0,
        )


def cleaned(data: Path) -> Lines:
    """The question of the paper's Table 4: does cleaning help to see ST change?"""
    pairs = _bent_recordings(data)
    columns: dict[str, Floats] = {"noisy": _noisy_scores(data, None)}
    columns |= {name: _noisy_scores(data, name) for name in methods()}
    labels = np.array([label for _, _, label in pairs])
    rows = []
    for name, scores in columns.items():
        cells: list[object] = [name]
        for k in range(2):
            use = np.isfinite(scores[:, k]) & (labels[:, k] >= 0)
            yes, no = scores[use & (labels[:, k] == 1), k], scores[use & (labels[:, k] == 0), k]
            cells += [interval(yes, no), f"{auprc(yes, no):.3f}"]
        rows.append((*cells, int((~np.isfinite(scores[:, 0])).sum())))
    header = ("signal", "STE AUC", "STE AUPRC", "STD AUC", "STD AUPRC", "not measurable")
    return [
        f"{len(pairs)} recordings of PTB-XL fold 10, half of them with ST segments bent by a "
        "dipole, all with recorded noise on electrodes (relative level, held-out NSTDB).",
        "",
        *table(header, rows),
        *_paired(columns, labels),
    ]


def _paired(columns: dict[str, Floats], labels: NDArray[np.int8]) -> Lines:
    """Paired bootstrap of every method against the noisy signal."""
    rows = []
    for name in columns:
        if name != "noisy":
            cells = [
                _gain(columns["noisy"][:, k], columns[name][:, k], labels[:, k]) for k in (0, 1)
            ]
            rows.append((name, *cells))
    return [
        "Change of the AUC by cleaning, with its 95 % interval: paired bootstrap over the "
        "recordings that are measurable both ways.",
        "",
        *table(("method", "STE AUC", "STD AUC"), rows),
    ]


def _gain(noisy: Floats, clean: Floats, labels: NDArray[np.int8]) -> str:
    rng = np.random.default_rng(8)
    index = np.flatnonzero(np.isfinite(noisy) & np.isfinite(clean) & (labels >= 0))
    gains = []
    for _ in range(1000):
        draw = rng.choice(index, len(index))
        yes, no = draw[labels[draw] == 1], draw[labels[draw] == 0]
        gains.append(auc(clean[yes], clean[no]) - auc(noisy[yes], noisy[no]))
    low, high = np.nanquantile(gains, [0.025, 0.975])
    return f"{np.nanmean(gains):+.3f} ({low:+.3f}…{high:+.3f})"


@cache
def _bent_recordings(
    data: Path,
) -> tuple[tuple[Reference, NDArray[np.float32], tuple[int, int]], ...]:
    """(record, signal, (STE, STD)): every other record bent, alternately up and down."""
    rng = np.random.default_rng(105)
    matrix = lead_matrix()
    out = []
    for i, record in enumerate(ptbxl_fold_10(data / "ptb-xl-500")):
        course = st_course(record.signal_mv, FS_HZ)
        report = measure(record.signal_mv, FS_HZ, STANDARD_LEADS)
        if course is None or _met(report):
            continue
        if i % 2:
            out.append((record, record.signal_mv, (0, 0)))
            continue
        dipoles = list((ELEVATION if i % 4 else DEPRESSION).values())
        seen = matrix @ np.array(dipoles[rng.integers(len(dipoles))])
        shift = seen / np.abs(seen).max() * rng.uniform(0.12, 0.4)
        bent = record.signal_mv + (shift[:, None] * course[None]).astype(np.float32)
        met = _met(measure(bent, FS_HZ, STANDARD_LEADS))
        out.append((record, bent, (int("STE" in met), int("STD" in met))))
    return tuple(out)


def _noisy_scores(data: Path, method: str | None) -> Floats:
    """float64 [n, 2], NaN where nothing could be measured."""
    noise = held_out_noise(data / "nstdb")
    scores = np.full((len(_bent_recordings(data)), 2), np.nan)
    for i, (record, signal_mv, _) in enumerate(_bent_recordings(data)):
        injected = corrupt(record, Condition("mix", "electrodes", None, 101), noise).injected_mv
        noisy = (signal_mv + injected).astype(np.float32)
        if method is not None:
            noisy = cleaned_by(method, noisy)
        seen = st_input(measure(noisy, FS_HZ, STANDARD_LEADS))
        if seen is not None:
            scores[i] = classify([seen], [person(None, None)])[0]
    return scores


def occlusion(folder: Path) -> Lines:
    """ST of a balloon occlusion in half-minutes, raw and cleaned."""
    record = wfdb.rdrecord(str(folder / "001a"))
    leads = tuple(name.upper() if name[0] in "vV" else name for name in record.sig_name)
    signal_mv = record.p_signal.T.astype(np.float32)
    fs_hz, method = float(record.fs), default_denoiser()
    rows, apart = [], []
    for start in range(0, signal_mv.shape[1] - round(10 * fs_hz), round(30 * fs_hz)):
        part = signal_mv[:, start : start + round(10 * fs_hz)]
        done = denoise(part, fs_hz, leads, method=method, device="cpu").signal_mv
        reports = [measure(x, fs_hz, leads) for x in (part, done)]
        if any(report.reasons for report in reports):
            continue
        levels = [np.array([row.j60_mv for row in report.st]) for report in reports]
        apart.append(np.abs(levels[1] - levels[0]))
        top = int(np.argmax(np.abs(levels[0])))
        chances = [predict(report) for report in reports]
        rows.append(
            (
                f"{start / fs_hz:.0f} s",
                f"{leads[top]} {levels[0][top]:+.3f}",
                f"{levels[1][top]:+.3f}",
                *(f"{c.probability.get(k, np.nan):.2f}" for k in ("STE", "STD") for c in chances),
            )
        )
    header = (
        "from", "largest J+60, mV", "cleaned", "P(STE) raw", "cleaned", "P(STD) raw", "cleaned",
    )  # fmt: skip
    worst = 1000 * np.concatenate(apart) if apart else np.array([np.nan])
    return [
        f"Record 001a, 10 s of every 30 s, method `{method}`. Difference of J+60 between raw and "
        f"cleaned over all leads: median {np.median(worst):.0f} µV, largest {worst.max():.0f} µV. "
        "The record has no labels.",
        "",
        *table(header, rows),
    ]
