"""What a caliper says: on its crossbar, in the table, on the clipboard. Qt-free."""

from __future__ import annotations

import math
from collections.abc import Sequence

from viewer.state.calipers import Caliper, Kind

STANDARD_MM_S, STANDARD_MM_MV = 25.0, 10.0
"""Angles are read on standard paper, so that the zoom of the page does not change them."""

COLUMNS = (
    *("No.", "Kind", "Lead", "Trace", "From s", "To s", "Beats", "ms", "± ms", "bpm"),
    *("mV", "± mV", "mm", "Angle °", "RR ms", "RR from"),
    *("Bazett ms", "Fridericia ms", "Framingham ms", "Hodges ms", "Snapped"),
)


def angle_deg(caliper: Caliper) -> float:
    """The angle at the apex in degrees, on paper of 25 mm/s and 10 mm/mV."""
    assert caliper.apex is not None
    arms = []
    for end in (caliper.start, caliper.stop):
        x_mm = (end.time_s - caliper.apex.time_s) * STANDARD_MM_S
        y_mm = (end.value_mv - caliper.apex.value_mv) * STANDARD_MM_MV
        arms.append(math.degrees(math.atan2(y_mm, x_mm)))
    turned = abs(arms[0] - arms[1]) % 360.0
    return min(turned, 360.0 - turned)


def qtc_ms(caliper: Caliper) -> dict[str, float]:
    """The corrected QT by formula; empty when this is no QT or no RR is known."""
    if not caliper.qt or not caliper.rr_s or not caliper.span_s:
        return {}
    from inference.st_levels import qtc

    return qtc(caliper.span_s * 1000.0, caliper.rr_s)


def readout(caliper: Caliper, *, mm: float, in_bpm: bool = False) -> tuple[str, ...]:
    """The lines on the crossbar: the value, then where it comes from.

    mm  the distance on the page, in millimetres
    """
    if caliper.kind is Kind.ANGLE:
        return f"{angle_deg(caliper):.0f}°", f"at 25 mm/s, 10 mm/mV · {caliper.trace}"
    if caliper.kind is Kind.AMPLITUDE:
        sure = _sure(caliper.spread_mv, "mV", 2)
        return f"{caliper.span_mv:.2f}{sure} mV · {mm:.1f} mm", caliper.trace
    return (_time(caliper, mm, in_bpm), *_corrected(caliper), _source(caliper))


def _time(caliper: Caliper, mm: float, in_bpm: bool) -> str:
    name = "QT " if caliper.qt else ""
    many = f" · mean of {caliper.intervals}" if caliper.intervals > 1 else ""
    ms, sure = caliper.mean_s * 1000.0, _sure(_scaled(caliper.spread_s, caliper), "ms", 0)
    interval = f"{name}{ms:.0f}{sure} ms"
    if caliper.qt:
        return f"{interval} · {mm:.1f} mm"
    if caliper.mean_s <= 0:
        return f"{interval} · {mm:.1f} mm"
    rate = f"{60.0 / caliper.mean_s:.0f}{_sure(_rate_spread(caliper), 'bpm', 0)} bpm"
    first, second = (rate, f"{ms:.0f} ms") if in_bpm else (interval, f"{60000.0 / ms:.0f} bpm")
    return f"{first} · {second} · {mm:.1f} mm{many}"


def _scaled(spread_s: float | None, caliper: Caliper) -> float | None:
    return None if spread_s is None else spread_s * 1000.0 / caliper.intervals


def _rate_spread(caliper: Caliper) -> float | None:
    """The rate's half-width: d(60/t) = 60/t² dt."""
    if caliper.spread_s is None:
        return None
    return 60.0 / caliper.mean_s**2 * caliper.spread_s / caliper.intervals


def _sure(spread: float | None, unit: str, decimals: int) -> str:
    """±4, never rounded down to nothing; a spread without bounds is said, not hidden."""
    if spread is None:
        return ""
    if not math.isfinite(spread):
        return " ±?"
    least = 10.0**-decimals
    return f" ±{max(spread, least):.{decimals}f}"


def _corrected(caliper: Caliper) -> tuple[str, ...]:
    if not caliper.qt:
        return ()
    if not caliper.rr_s:
        return ("QTc: no RR found;", "measure one with a time caliper")
    values = [f"{name} {value:.0f}" for name, value in qtc_ms(caliper).items()]
    return (
        f"QTc {values[0]} · {values[1]}",
        f"{values[2]} · {values[3]} ms",
        f"RR {caliper.rr_s * 1000:.0f} ms, {caliper.rr_from}",
    )


def _source(caliper: Caliper) -> str:
    names = [name for name in caliper.snapped if name]
    return f"{caliper.trace} · snapped: {', '.join(names)}" if names else caliper.trace


def row(caliper: Caliper, *, speed_mm_s: float, gain_mm_mv: float) -> tuple[str, ...]:
    """One line of the table, in the order of COLUMNS; empty where there is nothing to say."""
    time, amplitude = caliper.kind is Kind.TIME, caliper.kind is Kind.AMPLITUDE
    ms = f"{caliper.mean_s * 1000:.1f}" if time else ""
    sure_ms, sure_mv = _scaled(caliper.spread_s, caliper), caliper.spread_mv
    mm = caliper.span_s * speed_mm_s if time else caliper.span_mv * gain_mm_mv
    corrected = qtc_ms(caliper)
    formulas = ("Bazett", "Fridericia", "Framingham", "Hodges")
    return (
        *(str(caliper.number), _kind(caliper), caliper.lead, caliper.trace),
        *(f"{caliper.first_s:.3f}", f"{caliper.last_s:.3f}"),
        *(str(caliper.intervals) if time else "", ms, _number(sure_ms, 1) if time else ""),
        f"{60.0 / caliper.mean_s:.1f}" if time and caliper.span_s and not caliper.qt else "",
        f"{caliper.span_mv:.3f}" if amplitude else "",
        _number(sure_mv, 3) if amplitude else "",
        "" if caliper.kind is Kind.ANGLE else f"{mm:.1f}",
        f"{angle_deg(caliper):.1f}" if caliper.kind is Kind.ANGLE else "",
        f"{caliper.rr_s * 1000:.0f}" if caliper.rr_s else "",
        caliper.rr_from,
        *(f"{corrected[name]:.0f}" if name in corrected else "" for name in formulas),
        ", ".join(name for name in caliper.snapped if name),
    )


def _kind(caliper: Caliper) -> str:
    return "QT" if caliper.qt else caliper.kind.value


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.{decimals}f}"


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """The table for the clipboard: tab-separated, as spreadsheets take it."""
    return "\n".join("\t".join(line) for line in (COLUMNS, *rows)) + "\n"
