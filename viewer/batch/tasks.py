"""The four things a batch can do with a recording: denoise, convert, quality, st."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from viewer.batch import services
from viewer.batch.task import REFUSED, Entry, Item, Outcome, Report, TaskError, always
from viewer.batch.thumbnail import thumbnail
from viewer.formats import RecordingError
from viewer.recording import Recording
from viewer.report.deidentify import NEUTRAL_NAME, prepared
from viewer.report.provenance import Provenance, plain, provenance
from viewer.state.cleaned import Cleaned
from viewer.state.cut import cut
from viewer.writable import FORMATS

if TYPE_CHECKING:
    from inference.quality import QualityMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where and how recordings are written.

    resumed   files that an interrupted run of the same command left may be replaced
    span_s    first and last second to write; None: all
    """

    folder: Path
    format: str = "wfdb"
    overwrite: bool = False
    resumed: bool = False
    deidentify: bool = False
    span_s: tuple[float, float] | None = None

    def write(
        self, item: Item, written: Recording, opened: Recording, document: Provenance, ending: str
    ) -> Entry:
        """Export, and say where the result lies. Raises RecordingError, TaskError."""
        from viewer.formats.export import export_recording

        span_s = self.span_of(opened)
        if span_s is not None:
            written = _cut(written, span_s)
        written, document = prepared(written, document, opened, deidentify=self.deidentify)
        name = f"{NEUTRAL_NAME}_{item.index + 1:05d}" if self.deidentify else stem(item, opened)
        path = self.folder / f"{name}{ending}{FORMATS[self.format].suffix}"
        again = self.resumed and self._left_behind(path, opened)
        proof = export_recording(
            written,
            path,
            self.format,
            document,
            overwrite=self.overwrite or again,
            source=opened.path,
        )
        return {
            "format": self.format,
            "output": str(proof.path),
            "sidecar": str(proof.sidecar),
            "sha256": proof.sha256,
            "max_error_uv": proof.max_error_uv,
        }

    def span_of(self, recording: Recording) -> tuple[float, float] | None:
        """The span as it will be written, inside the recording."""
        if self.span_s is None:
            return None
        return self.span_s[0], min(self.span_s[1], recording.duration_s)

    def _left_behind(self, path: Path, opened: Recording) -> bool:
        """Whether the interrupted run wrote this file from the same source."""
        sidecar = path.with_name(FORMATS[self.format].sidecar(path.stem))
        try:
            source = json.loads(sidecar.read_text("utf-8"))["source"]
            return source["sha256"] in (None, opened.source_sha256)
        except (OSError, ValueError, KeyError, TypeError):
            return False


@dataclass(frozen=True, slots=True)
class Inferred:
    """What came from the device. Its arrays travel to a worker process."""

    cleaned: Cleaned
    quality: QualityMap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Denoise:
    """Clean, guard, write with proof."""

    output: Output
    method: str
    device: str = "auto"
    strict: bool = False
    grades: bool = False
    thumbs: bool = False

    def infer(self, recording: Recording, report: Report) -> Inferred:
        cleaned = _clean(recording, self.method, self.device, report)
        graded = services.noise_map(recording, self.device, report) if self.grades else None
        return Inferred(cleaned, graded)

    def finish(self, item: Item, recording: Recording, inferred: Inferred) -> Outcome:
        cleaned = inferred.cleaned
        guard = services.guard_of(recording, cleaned)
        entry: Entry = always(item.path, recording) | services.cleaning_entry(cleaned)
        entry |= {"output": None, "guard": services.guard_entry(guard)}
        entry |= {"seconds": cleaned.seconds, "notes": list(cleaned.notes)}
        if inferred.quality is not None:
            entry["quality"] = grades_of(recording, inferred.quality)
        if self.strict and guard.state == "block":
            sentence = f"{recording.name} was not written, the guard refused it: {guard.reason}"
            raise TaskError(sentence, REFUSED, plain(entry))
        document = provenance(
            recording, cleaned=cleaned, guard=guard, span_s=self.output.span_of(recording)
        )
        written = replace(recording, samples=cleaned.samples)
        try:
            entry |= self.output.write(item, written, recording, document, "_cleaned")
        except RecordingError as error:
            raise TaskError(str(error), entry=plain(entry)) from None
        thumb = thumbnail(recording, cleaned.samples) if self.thumbs else ""
        return Outcome(item, plain(entry), thumb=thumb)


@dataclass(frozen=True, slots=True, kw_only=True)
class Convert:
    """Write as recorded, in another format."""

    output: Output
    thumbs: bool = False

    def infer(self, recording: Recording, report: Report) -> None:
        report(0.5)

    def finish(self, item: Item, recording: Recording, inferred: None) -> Outcome:
        document = provenance(recording, span_s=self.output.span_of(recording))
        entry = always(item.path, recording)
        try:
            entry |= self.output.write(item, recording, recording, document, "")
        except RecordingError as error:
            raise TaskError(str(error), entry=entry) from None
        return Outcome(item, plain(entry), thumb=thumbnail(recording) if self.thumbs else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The noise map: grades, scores and reasons per lead and segment."""

    device: str = "auto"
    thumbs: bool = False

    def infer(self, recording: Recording, report: Report) -> QualityMap:
        return services.noise_map(recording, self.device, report)

    def finish(self, item: Item, recording: Recording, inferred: QualityMap) -> Outcome:
        entry = always(item.path, recording) | inferred.as_json()
        return Outcome(item, plain(entry), thumb=thumbnail(recording) if self.thumbs else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class St:
    """ST levels of raw and cleaned trace, criteria, probabilities, guard."""

    method: str
    device: str = "auto"
    age_years: float | None = None
    sex: Literal["F", "M"] | None = None
    thumbs: bool = False

    def infer(self, recording: Recording, report: Report) -> Inferred:
        return Inferred(_clean(recording, self.method, self.device, report))

    def finish(self, item: Item, recording: Recording, inferred: Inferred) -> Outcome:
        cleaned, person = inferred.cleaned, self._person(recording)
        raw, denoised = services.measure_both(recording, cleaned, person)
        chances = {
            "raw": services.probability(raw, person),
            "denoised": services.probability(denoised, person),
        }
        unsure = [why for _, reasons in chances.values() for why in reasons]
        entry = always(item.path, recording) | {
            "raw": services.levels(raw),
            "denoised": services.levels(denoised),
            "criteria": [criterion.text for criterion in raw.criteria],
            "criteria_denoised": [criterion.text for criterion in denoised.criteria],
            "probability": {trace: chance for trace, (chance, _) in chances.items()},
            "abstained": list(dict.fromkeys(services.abstained(raw, denoised) + unsure)),
            "notes": list(dict.fromkeys(raw.notes + cleaned.notes)),
            "guard": services.guard_entry(services.guard_of(recording, cleaned)),
        }
        entry |= services.cleaning_entry(cleaned)
        thumb = thumbnail(recording, cleaned.samples) if self.thumbs else ""
        return Outcome(item, plain(entry), thumb=thumb)

    def _person(self, recording: Recording) -> services.Person:
        """What the user says goes before what the file says."""
        return {
            "age_years": recording.age_years if self.age_years is None else self.age_years,
            "sex": recording.sex if self.sex is None else self.sex,
        }


def _clean(recording: Recording, method: str, device: str, report: Report) -> Cleaned:
    from inference.registry import find

    return services.clean(recording, find(method), device, report)


def grades_of(recording: Recording, quality: QualityMap) -> dict[str, Any]:
    """The part of a noise map that a contact sheet shows."""
    told = quality.as_json()
    return {"leads": list(recording.leads), "grade": told["grade"]}


def stem(item: Item, recording: Recording) -> str:
    """What to call the outputs, as a file name every format can have."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", item.label or recording.name).strip("_") or "recording"


def _cut(recording: Recording, span_s: tuple[float, float]) -> Recording:
    try:
        return cut(recording, *span_s)
    except ValueError:
        raise TaskError(
            f"{recording.name} lasts {recording.duration_s:g} s; "
            f"{span_s[0]:g} to {span_s[1]:g} s lie outside."
        ) from None
