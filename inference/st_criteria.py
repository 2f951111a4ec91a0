"""Amplitude criteria of the fourth universal definition of myocardial infarction (2018).

They say that leads meet a number, never that somebody has a disease: "new" cannot be
known from one recording, and bundle branch block, pacing and hypertrophy imitate them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from inference.st_report import Criterion, Kind, LeadSt

LIMB = ("aVL", "I", "-aVR", "II", "aVF", "III")
CHEST = ("V1", "V2", "V3", "V4", "V5", "V6")
RIGHT = ("V3R", "V4R")
BACK = ("V7", "V8", "V9")
STD_MV = 0.05
FLAT_MV_PER_S = 0.25  # a segment that rises more steeply is upsloping
INVERTED_MV = -0.10
BELOW_ST_MV = -0.05  # a low ST segment under an upright T is no inversion
PROMINENT_R_MV = 0.5
V2_V3 = {
    "women": 0.15,
    "men of 40 years and over": 0.20,
    "men under 40 years": 0.25,
}


def populations(age_years: float | None, sex: str | None) -> tuple[str, ...]:
    """Whose V2–V3 threshold applies; several when age or sex is unknown."""
    if sex == "F":
        return ("women",)
    if sex == "M" and age_years is not None:
        return ("men of 40 years and over",) if age_years >= 40 else ("men under 40 years",)
    if sex == "M":
        return ("men of 40 years and over", "men under 40 years")
    if age_years is not None:
        return ("women", "men of 40 years and over" if age_years >= 40 else "men under 40 years")
    return tuple(V2_V3)


def criteria(
    rows: Sequence[LeadSt],
    *,
    age_years: float | None,
    sex: str | None,
    derived: Collection[str] = (),
) -> tuple[Criterion, ...]:
    """The criteria that at least two contiguous leads meet, one of them recorded.

    Suppressed leads never count; derived (computed, reconstructed) leads count only
    beside a lead that was recorded.
    """
    usable = {row.lead: row for row in rows if row.suppressed is None}
    found: list[Criterion] = []
    for population in populations(age_years, sex):
        for group in _groups(usable, "STE", population):
            found += _criterion("STE", group, usable, derived, population)
    others: tuple[Kind, ...] = ("STD", "TWI")
    for kind in others:
        for group in _groups(usable, kind, ""):
            found += _criterion(kind, group, usable, derived, "")
    return _merge(found)


def threshold_mv(lead: str, population: str) -> float:
    """The elevation at J that counts in this lead."""
    if lead in ("V2", "V3"):
        return V2_V3[population]
    if lead in (*BACK, *RIGHT):
        return 0.10 if population == "men under 40 years" and lead in RIGHT else 0.05
    return 0.10


def _level(name: str, usable: dict[str, LeadSt]) -> LeadSt | None:
    return usable.get(name.removeprefix("-"))


def _meets(name: str, usable: dict[str, LeadSt], kind: str, population: str) -> bool:
    row = _level(name, usable)
    if row is None:
        return False
    sign = -1.0 if name.startswith("-") else 1.0
    if kind == "TWI":
        return _inverted(row, sign)
    if kind == "STE":
        return round(sign * row.j_mv, 4) >= threshold_mv(name, population)
    slope = sign * row.slope_mv_per_s
    return round(sign * row.j_mv, 4) <= -STD_MV and slope <= FLAT_MV_PER_S


def _inverted(row: LeadSt, sign: float) -> bool:
    """T inversion of more than 0.1 mV under a prominent R wave or R/S > 1."""
    t_mv, j80_mv = sign * row.t_mv, sign * row.j80_mv
    deepest = -min(row.q_mv, row.s_mv)
    r_mv, s_mv = (row.r_mv, -row.s_mv) if sign > 0 else (deepest, row.r_mv)
    prominent = r_mv >= PROMINENT_R_MV or r_mv > s_mv
    return prominent and round(t_mv, 4) < INVERTED_MV and t_mv - j80_mv <= BELOW_ST_MV


def _groups(usable: dict[str, LeadSt], kind: str, population: str) -> list[tuple[str, ...]]:
    """Runs of two or more neighbours that meet the criterion."""
    runs: list[tuple[str, ...]] = []
    for chain in (LIMB, CHEST, RIGHT, BACK):
        run: list[str] = []
        for name in (*chain, ""):
            if name and _meets(name, usable, kind, population):
                run.append(name)
                continue
            if len(run) >= 2:
                runs.append(tuple(run))
            run = []
    return runs


def _criterion(
    kind: Kind,
    group: tuple[str, ...],
    usable: dict[str, LeadSt],
    derived: Collection[str],
    population: str,
) -> list[Criterion]:
    plain = [name.removeprefix("-") for name in group]
    if all(name in derived for name in plain):
        return []
    signs = [-1.0 if name.startswith("-") else 1.0 for name in group]
    levels = tuple(
        s * (usable[n].t_mv if kind == "TWI" else usable[n].j_mv)
        for s, n in zip(signs, plain, strict=True)
    )
    return [Criterion(kind=kind, leads=group, levels_mv=levels, population=population, text="")]


def _merge(found: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """One entry per kind and leads, naming all the populations it holds for."""
    merged: dict[tuple[Kind, tuple[str, ...]], list[Criterion]] = {}
    for item in found:
        merged.setdefault((item.kind, item.leads), []).append(item)
    out = []
    for (kind, leads), items in merged.items():
        with_v23 = kind == "STE" and bool({"V2", "V3"} & set(leads))
        who = ", ".join(item.population for item in items) if with_v23 else ""
        first = items[0]
        out.append(
            Criterion(
                kind=first.kind,
                leads=leads,
                levels_mv=first.levels_mv,
                population=who,
                text=_sentence(kind, leads, first.levels_mv, who),
            )
        )
    return tuple(out)


def _sentence(kind: Kind, leads: tuple[str, ...], levels: tuple[float, ...], who: str) -> str:
    name = {
        "STE": "ST elevation",
        "STD": "horizontal or downsloping ST depression",
        "TWI": "T wave inversion under a prominent R wave",
    }[kind]
    values = ", ".join(f"{lead} {level:+.2f}" for lead, level in zip(leads, levels, strict=True))
    where = "at the T wave" if kind == "TWI" else "at J"
    whose = f", threshold for {who}" if who else ""
    return (
        f"meets the amplitude criterion for {name} in contiguous leads ({values} mV {where}{whose})"
    )
