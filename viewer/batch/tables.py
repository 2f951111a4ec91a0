"""One CSV line per lead of every recording of a batch."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Entry = Mapping[str, Any]
Row = dict[str, Any]

COMMON = ("file", "lead", "fs_hz", "duration_s")
COLUMNS = {
    "denoise": (
        *("method", "version", "weights_sha256", "device", "guard"),
        *("delta_st_j_mv", "delta_st_j60_mv", "delta_st_j80_mv", "delta_qrs_amplitude_mv"),
        *("delta_qt_ms", "delta_r_time_ms", "output", "max_error_uv"),
    ),
    "convert": ("format", "output", "sha256", "max_error_uv"),
    "quality": ("worst_grade", "segments", "n_a", "n_b", "n_c", "psnr_db_median", "reason"),
    "st": (
        *("raw_j_mv", "raw_j20_mv", "raw_j60_mv", "raw_j80_mv", "raw_n_beats"),
        *("cleaned_j_mv", "cleaned_j20_mv", "cleaned_j60_mv", "cleaned_j80_mv", "guard"),
        *("criteria", "probability_ste", "probability_std", "method", "weights_sha256"),
    ),
}


def rows(command: str, entry: Entry) -> list[Row]:
    """The lines of one recording; one line with the sentence when it failed."""
    common = {"file": entry["path"], "fs_hz": entry["fs_hz"], "duration_s": entry["duration_s"]}
    if "error" in entry or not entry["leads"]:
        return [common | {"lead": "", "error": entry.get("error", "no leads")}]
    make = {"denoise": _denoise, "quality": _quality, "st": _st}.get(command, _convert)
    return [common | {"lead": lead} | make(entry, row) for row, lead in enumerate(entry["leads"])]


def write_table(path: Path, command: str, entries: Iterable[Entry]) -> None:
    """Write all lines aside and put them in place. Raises OSError."""
    text = io.StringIO()
    names = (*COMMON, *COLUMNS[command], "error")
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for entry in entries:
        for row in rows(command, entry):
            writer.writerow({name: _cell(value) for name, value in row.items()})
    write_text(path, text.getvalue())


def write_text(path: Path, text: str) -> None:
    """The file is the old one or the new one, never half. Raises OSError."""
    fresh = path.with_name(path.name + ".tmp")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def _cell(value: Any) -> Any:
    """Numbers short; texts that a spreadsheet would run as a formula made harmless."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def _denoise(entry: Entry, row: int) -> Row:
    lead, guard = entry["leads"][row], entry["guard"]
    shift = guard["delta_st_mv"].get(lead) or {}
    return {
        **{key: entry[key] for key in ("method", "version", "weights_sha256", "device")},
        "guard": (guard["leads"].get(lead) or {}).get("state"),
        **{f"delta_st_{key}_mv": shift.get(key) for key in ("j", "j60", "j80")},
        "delta_qrs_amplitude_mv": guard["delta_qrs_amplitude_mv"].get(lead),
        "delta_qt_ms": guard["delta_qt_ms"].get(lead),
        "delta_r_time_ms": guard["delta_r_time_ms"].get(lead),
        "output": entry["output"],
        "max_error_uv": entry.get("max_error_uv"),
    }


def _convert(entry: Entry, row: int) -> Row:
    return {key: entry.get(key) for key in COLUMNS["convert"]}


def _quality(entry: Entry, row: int) -> Row:
    grades = entry["grade"][row]
    psnr = sorted(value for value in entry["psnr_db"][row] if value is not None)
    said = [text for text in entry["reasons"][row] if text]
    return {
        "worst_grade": max(grades, default=""),
        "segments": len(grades),
        **{f"n_{grade.lower()}": list(grades).count(grade) for grade in "ABC"},
        "psnr_db_median": psnr[len(psnr) // 2] if psnr else None,
        "reason": max(said, key=said.count) if said else "",
    }


def _st(entry: Entry, row: int) -> Row:
    lead = entry["leads"][row]
    raw, clean = entry["raw"].get(lead, {}), entry["denoised"].get(lead, {})
    chance = entry["probability"]["raw"]
    levels = ("j_mv", "j20_mv", "j60_mv", "j80_mv")
    return {
        **{f"raw_{key}": raw.get(key) for key in levels},
        "raw_n_beats": raw.get("n_beats"),
        **{f"cleaned_{key}": clean.get(key) for key in levels},
        "guard": (entry["guard"]["leads"].get(lead) or {}).get("state"),
        "criteria": "; ".join(entry["criteria"]),
        "probability_ste": chance.get("STE"),
        "probability_std": chance.get("STD"),
        "method": entry["method"],
        "weights_sha256": entry["weights_sha256"],
    }
