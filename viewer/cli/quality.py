"""leadlight quality: which leads are noisy, when, and why."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from viewer.cli.batch import Entry, for_each
from viewer.recording import Recording

if TYPE_CHECKING:
    from inference.quality import QualityMap

MARGIN_S = 1.0
"""Read around a segment, so that its score does not depend on where reading began."""


def run(options: Namespace) -> int:
    def work(recording: Recording, report: Callable[[float], None]) -> Entry:
        return noise_map(recording, options.device, report).as_json()

    return for_each(options, work, describe)


def noise_map(recording: Recording, device: str, report: Callable[[float], None]) -> QualityMap:
    """The map of the whole recording, segment by segment, in bounded memory."""
    from inference.quality import assemble, quality_segment, quality_segments

    began, fs_hz, n_samples = time.perf_counter(), recording.fs_hz, recording.n_samples
    margin, found = round(MARGIN_S * fs_hz), []
    segments = quality_segments(n_samples, fs_hz)
    for segment in segments:
        report(segment.index / len(segments))
        start, stop = max(segment.start - margin, 0), min(segment.stop + margin, n_samples)
        signal_mv = recording.samples.read_mv(start, stop)
        found.append(
            quality_segment(signal_mv, segment, fs_hz, recording.leads, offset=start, device=device)
        )
    seconds = time.perf_counter() - began
    return assemble(found, fs_hz, recording.leads, n_samples, seconds=seconds)


def describe(entry: Entry) -> str:
    """One line per lead: how many segments have which grade, and what is wrong most often."""
    lines = [f"{entry['path']}: {len(entry['segments'])} segments, grades A B C"]
    for lead, grades, reasons in zip(entry["leads"], entry["grade"], entry["reasons"], strict=True):
        counts = " ".join(f"{grades.count(grade):4}" for grade in "ABC")
        lines.append(f"  {lead:5} {counts}  {most_frequent(reasons)}".rstrip())
    return "\n".join(lines + [f"  note: {note}" for note in entry["notes"]])


def most_frequent(texts: list[str]) -> str:
    said = [text for text in texts if text]
    return max(said, key=said.count) if said else ""
