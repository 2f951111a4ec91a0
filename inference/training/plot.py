"""log.csv to a small SVG: gain on noisy leads and error on clean ones over time."""

import csv
from pathlib import Path

_W, _H, _PAD = 640, 360, 40
_COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#d98e04", "#444444")


def write_plot(log: Path, out: Path) -> None:
    """One line per `*_gain_db` and `*_clean_rmse_uv` column against minutes."""
    with log.open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [c for c in rows[0] if c.endswith(("_gain_db", "_clean_rmse_uv"))]
    minutes = [float(row["minutes"]) for row in rows]
    series = {c: [min(max(float(row[c]), -5.0), 20.0) for row in rows] for c in columns}
    span = max(minutes[-1], 1e-6)
    lines = [_line(minutes, values, span, i) for i, values in enumerate(series.values())]
    labels = [
        f'<text x="{_PAD + 8}" y="{_PAD + 16 * i}" fill="{_COLOURS[i % 6]}">{c}</text>'
        for i, c in enumerate(columns)
    ]
    ticks = [
        f'<text x="4" y="{_y(v):.0f}">{v}</text><path d="M{_PAD} {_y(v):.0f}H{_W}" stroke="#ddd"/>'
        for v in range(-5, 21, 5)
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_W}" height="{_H}" font-size="12">'
    foot = f'<text x="{_W - 120}" y="{_H - 6}">{span:.0f} minutes</text></svg>'
    out.write_text("\n".join([head, *ticks, *lines, *labels, foot]), encoding="utf-8")


def _y(value: float) -> float:
    return _H - _PAD - (value + 5) / 25 * (_H - 2 * _PAD)


def _line(minutes: list[float], values: list[float], span: float, index: int) -> str:
    points = " ".join(
        f"{_PAD + m / span * (_W - 2 * _PAD):.1f},{_y(v):.1f}"
        for m, v in zip(minutes, values, strict=True)
    )
    return f'<polyline fill="none" stroke="{_COLOURS[index % 6]}" points="{points}"/>'
