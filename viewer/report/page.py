"""What a page says about itself: header, footer, warnings. Made from what was really done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from viewer.recording import Recording
from viewer.state.layers import Trace, lead_suffix
from viewer.state.page import Page
from viewer.state.session import Session
from viewer.state.strength import FULL, Strength
from viewer.state.strength import label as strength_label

RESEARCH_USE = "Research and education use only. Not for diagnosis."
TRUE_SIZE, NOT_CALIBRATED = "true size", "not calibrated"
"""What the footer says of the millimetres: confirmed for this screen or printed, or not."""
FREE_ZOOM = "free zoom"
"""Instead of them, where speed or gain is no paper scale; the header says it, too."""
FULL_BAND_HZ = (0.05, 150.0)
"""The diagnostic band; a page that shows less says so in amber."""


class Made(Protocol):
    """A cleaned signal that says what made it: inference's Denoised, the session's Cleaned."""

    @property
    def method(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def weights_sha256(self) -> str | None: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What made the denoised trace.

    method, version   as in the registry of denoisers; title is what people call it
    weights_sha256    of a learned method; None for a filter
    band_hz           (low, high) a filter lets through; None when it has no band
    learned           whether the method was trained on data
    strength          1 is the method as published, 0 the raw signal; one or one per lead
    leads             their names, where the strength differs between them
    """

    method: str
    title: str
    version: str = ""
    weights_sha256: str | None = None
    band_hz: tuple[float, float] | None = None
    learned: bool = False
    strength: Strength = FULL
    leads: tuple[str, ...] = ()

    @classmethod
    def of(cls, made: Made, title: str = "", leads: tuple[str, ...] = ()) -> Cleaning:
        """From the result itself, so that the page cannot say anything else."""
        strength = made.parameters.get("strength", FULL)
        low_hz, high_hz = (made.parameters.get(edge) for edge in ("high_pass_hz", "low_pass_hz"))
        return cls(
            method=made.method,
            title=title or made.method,
            version=made.version,
            weights_sha256=made.weights_sha256,
            band_hz=None if low_hz is None or high_hz is None else (low_hz, high_hz),
            learned=made.weights_sha256 is not None,
            strength=tuple(strength) if isinstance(strength, list | tuple) else float(strength),
            leads=leads,
        )

    @property
    def label(self) -> str:
        """Method, version and the first eight digits of the weights' hash."""
        parts = [self.title, self.version]
        if self.weights_sha256:
            parts.append(f"[{self.weights_sha256[:8]}]")
        if self.strength != FULL:
            parts.append(f"at {strength_label(self.strength, self.leads)}")
        return " ".join(part for part in parts if part)


def applied_cleaning(session: Session) -> Cleaning | None:
    """What made the cleaned trace of the open recording, and how much of it is applied."""
    recording, cleaned = session.recording, session.cleaned
    if recording is None or cleaned is None:
        return None
    return Cleaning.of(cleaned, cleaned.title, recording.leads)


@dataclass(frozen=True, slots=True)
class PageText:
    """The words on a page.

    marks      per lead, small words under its label: "den.", "derived", "checksum failed";
               where traces stand side by side, each row says itself which one it shows
    watermark  printed large across a sheet that could pass for the raw signal elsewhere
    """

    title: str
    identity: str
    when: str
    footer: str
    warnings: tuple[str, ...]
    marks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    research: str = RESEARCH_USE
    watermark: str = ""


def page_text(
    recording: Recording,
    page: Page,
    traces: tuple[Trace, ...],
    *,
    cleaning: Cleaning | None,
    scale: str,
    decimated: bool = False,
    printed: bool = False,
    shifts_mv: Mapping[int, float] | None = None,
) -> PageText:
    """All words for this page, from the recording and the pipeline that was applied.

    cleaning   what made the denoised trace, None when there is none
    scale      TRUE_SIZE, NOT_CALIBRATED or another word for the size of the millimetres
    decimated  extremes per pixel stand for the samples
    printed    the page leaves the program: a denoised one carries a watermark
    shifts_mv  leads (by index) drawn off their true level, and by how much
    """
    shown = cleaning if traces != (Trace.RAW,) else None
    return PageText(
        title=recording.name,
        identity=_identity(recording),
        when=("FREE ZOOM   " if scale == FREE_ZOOM else "") + _when(recording, page),
        footer=_footer(recording, page, shown, scale, decimated),
        warnings=warnings(recording, shown),
        marks={
            lead: _marks(
                recording, index, () if page.split else traces, (shifts_mv or {}).get(index, 0.0)
            )
            for index, lead in enumerate(recording.leads)
        },
        watermark="DENOISED" if printed and shown is not None else "",
    )


def warnings(recording: Recording, cleaning: Cleaning | None) -> tuple[str, ...]:
    """The two standard warnings, as far as they apply; cleaning is what is visible, or None."""
    low_hz, high_hz = 0.0, recording.fs_hz / 2
    if cleaning is not None and cleaning.band_hz is not None:
        low_hz, high_hz = max(low_hz, cleaning.band_hz[0]), min(high_hz, cleaning.band_hz[1])
    found = []
    if low_hz > FULL_BAND_HZ[0] or high_hz < FULL_BAND_HZ[1]:
        why = "" if cleaning and cleaning.band_hz else f" (sampled at {recording.fs_hz:g} Hz)"
        band = f"{low_hz:g}–{high_hz:g} Hz" if low_hz else f"below {high_hz:g} Hz"
        found.append(
            f"Band {band}{why}, narrower than 0.05–150 Hz: ST segment, fine notches and "
            "pacemaker spikes may differ from the patient's."
        )
    if cleaning is not None:
        kind = "AI-denoised" if cleaning.learned else "Filtered"
        found.append(f"{kind} display ({cleaning.label}). Raw signal unchanged.")
    return tuple(found)


def clock(time_s: float, decimals: int = 0) -> str:
    """Time since the recording began: "0:02.5", "1:30", "13:00:05"."""
    whole, fraction = divmod(round(time_s * 10**decimals), 10**decimals)
    minutes, seconds = divmod(whole, 60)
    text = f"{minutes}:{seconds:02}"
    if minutes >= 60:
        text = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return f"{text}.{fraction:0{decimals}}" if decimals else text


def _identity(recording: Recording) -> str:
    age = "" if recording.age_years is None else f"{recording.age_years:g} years"
    sex = {"F": "female", "M": "male", None: ""}[recording.sex]
    return ", ".join(part for part in (age, sex) if part) or "no identity in the file"


def _when(recording: Recording, page: Page) -> str:
    stop_s = min(page.start_s + page.span_s, recording.duration_s)
    decimals = 0 if page.span_s >= 60 else 1
    span = f"{clock(page.start_s, decimals)} – {clock(stop_s, decimals)}"
    parts = [f"{span} of {clock(recording.duration_s, decimals)}"]
    if recording.start_time is not None:
        parts.insert(0, f"{recording.start_time:%Y-%m-%d %H:%M:%S}")
    return "   ".join(parts)


def _footer(
    recording: Recording, page: Page, cleaning: Cleaning | None, scale: str, decimated: bool
) -> str:
    gains = sorted({cell.gain_mm_mv for cell in page.cells}, reverse=True)
    gain = f"{gains[0]:g} mm/mV" + (f" (V leads {gains[1]:g})" if len(gains) > 1 else "")
    filtered = cleaning is not None and not cleaning.learned
    band = cleaning.band_hz if cleaning is not None else None
    parts = [
        f"{page.speed_mm_s:.4g} mm/s",
        gain,
        "band: as recorded" if band is None else f"band: {band[0]:g}–{band[1]:g} Hz",
        f"display filter: {cleaning.label if cleaning and filtered else 'none'}",
        f"denoise: {cleaning.label if cleaning and not filtered else 'off'}",
        f"fs {recording.fs_hz:g} Hz",
        f"scale: {scale}",
    ]
    if page.n_columns > 1:
        parts.append(f"columns {page.column_s:.3g} s, {page.timing}")
    if decimated:
        parts.append("overview: lowest and highest value per pixel")
    return "   ".join(parts)


def _marks(
    recording: Recording, index: int, traces: tuple[Trace, ...], shift_mv: float
) -> tuple[str, ...]:
    marks = [lead_suffix(traces) if traces else ""]
    if recording.leads[index] in recording.derived:
        marks.append("derived")
    if recording.integrity and recording.integrity[index] == "failed":
        marks.append("checksum failed")
    if shift_mv:
        marks.append(f"offset {shift_mv:+.1f} mV".replace("-", "−"))
    return tuple(mark for mark in marks if mark)
