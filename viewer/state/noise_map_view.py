"""The noise map of one recording as it grows: cells to paint, sentences to read. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inference.quality import Segment, SegmentQuality, quality_segments
from inference.quality_reasons import BY_NAME, Companion
from inference.quality_segments import fine_cells_s
from viewer.state.noise_map_cells import MapCells, State

ROWS = (
    ("Mains", ("mains",)),
    ("> 40 Hz", ("muscle",)),
    ("Drift", ("drift", "motion")),
    ("Lead off", ("lead off",)),
    ("Clipping", ("clipping", "off scale")),
)
"""Companion rows, and the companions that each of them shows."""
MEANING = {
    "A": "grade A: morphology and rhythm",
    "B": "grade B: rhythm only",
    "C": "grade C: neither morphology nor rhythm",
}
UNIFORM = frozenset({"mains", "lead off", "clipping", "no signal"})
"""Kinds of noise that fill a segment evenly: its seconds are all alike."""
QUIETER_DB = 3.0
"""A second that scores so much better than its segment is drawn one step lighter."""


class NoiseMapView:
    """Collects SegmentQuality in any order and shows what is there so far.

    leads, fs_hz, n_samples   of the recording
    cells                     what the map paints; its arrays fill while segments arrive
    """

    def __init__(self, leads: Sequence[str], fs_hz: float, n_samples: int) -> None:
        self.leads = tuple(leads)
        self.fs_hz = fs_hz
        self.segments: tuple[Segment, ...] = quality_segments(n_samples, fs_hz)
        self._found: dict[int, SegmentQuality] = {}
        fine = [fine_cells_s(segment, fs_hz) for segment in self.segments]
        self._fine_start = np.cumsum([0, *(len(part) for part in fine)])
        n, n_leads, n_fine = len(self.segments), len(self.leads), int(self._fine_start[-1])
        edges = [(s.new / fs_hz, s.stop / fs_hz) for s in self.segments]
        self.cells = MapCells(
            leads=self.leads,
            companions=tuple(name for name, _ in ROWS),
            segments_s=np.array(edges, dtype=np.float64).reshape(n, 2),
            grade=np.zeros((n_leads, n), np.uint8),
            short=np.array([s.short for s in self.segments], np.bool_),
            companion=np.zeros((len(ROWS), n_leads, n), np.uint8),
            seconds_s=np.concatenate([np.zeros((0, 2)), *fine]),
            fine=np.zeros((n_leads, n_fine), np.uint8),
        )

    @property
    def n_found(self) -> int:
        return len(self._found)

    @property
    def found(self) -> dict[int, SegmentQuality]:
        """A copy of what is known, by the segments' numbers."""
        return dict(self._found)

    @property
    def complete(self) -> bool:
        return len(self._found) == len(self.segments)

    @property
    def notes(self) -> tuple[str, ...]:
        """Which model is missing and the like, each sentence once; the unit alarm first."""
        alarms = [q.unit_alarm for q in self._found.values() if q.unit_alarm]
        notes = [note for q in self._found.values() for note in q.notes]
        return tuple(dict.fromkeys((*alarms[:1], *notes)))

    def has(self, index: int) -> bool:
        return index in self._found

    def put(self, found: SegmentQuality) -> None:
        """Take in one segment."""
        index = found.segment.index
        self._found[index] = found
        states = np.array([_state(found, lead) for lead in range(len(self.leads))], np.uint8)
        self.cells.grade[:, index] = states
        for row, (_, names) in enumerate(ROWS):
            self.cells.companion[row, :, index] = _companion_states(found, names)
        first, last = self._fine_start[index], self._fine_start[index + 1]
        self.cells.fine[:, first:last] = _fine_states(found, states)

    def at(self, time_s: float) -> SegmentQuality | None:
        """What is known of the segment that holds time_s."""
        index = self.cells.segment_at(time_s)
        return None if index is None else self._found.get(index)

    def grades(self, start_s: float, stop_s: float) -> dict[str, list[str]]:
        """Grades of the segments in a span, per lead, as far as they are known."""
        letters: dict[str, list[str]] = {lead: [] for lead in self.leads}
        for found in self._found.values():
            segment = found.segment
            if segment.new / self.fs_hz < stop_s and segment.stop / self.fs_hz > start_s:
                for lead, letter in zip(self.leads, found.grade, strict=True):
                    letters[lead].append(str(letter))
        return letters

    # ---- sentences ----

    def describe_lead(self, lead: int, time_s: float) -> tuple[str, ...]:
        """One lead at one time: grade and numbers, reason, remedy."""
        found = self.at(time_s)
        if found is None:
            return (f"{self.leads[lead]} at {time_s:.0f} s: not analysed yet",)
        name = self.leads[lead]
        if found.no_signal[lead]:
            return (f"{name} {_span(found, self.fs_hz)}", "no signal: nothing was recorded")
        head = [f"{name} {_span(found, self.fs_hz)}", MEANING[str(found.grade[lead])]]
        numbers = self._numbers(found, lead, time_s)
        lines = [", ".join(head), *([numbers] if numbers else [])]
        if found.reasons[lead]:
            lines.append(found.reasons[lead])
        lines += _remedies(found, (found.kinds[lead],), name)
        if found.segment.short:
            lines.append("shorter than 10 s: reflected to fill the window")
        return tuple(lines)

    def _numbers(self, found: SegmentQuality, lead: int, time_s: float) -> str:
        parts = []
        psnr_db = float(found.psnr_db[lead])
        if np.isfinite(psnr_db):
            second = self._second_db(found, lead, time_s)
            here = f" ({second:.1f} dB in this second)" if np.isfinite(second) else ""
            parts.append(f"{psnr_db:.1f} dB{here}")
        probability = float(found.probability_noisy[lead])
        if np.isfinite(probability):
            parts.append(f"P(noisy) {probability:.2f}")
        return ", ".join(parts)

    def _second_db(self, found: SegmentQuality, lead: int, time_s: float) -> float:
        second = self.cells.second_at(time_s)
        if second is None:
            return float("nan")
        within = second - int(self._fine_start[found.segment.index])
        return float(found.fine_psnr_db[lead, within])

    def describe_companion(self, row: int, lead: int | None, time_s: float) -> tuple[str, ...]:
        """One companion row at one time: the leads beyond its limit, or the highest value."""
        found = self.at(time_s)
        title, names = ROWS[row]
        if found is None:
            return (f"{title} at {time_s:.0f} s: not analysed yet",)
        chosen = range(len(self.leads)) if lead is None else (lead,)
        over = [
            f"{self.leads[i]} {_value(companion, found, i)}"
            for companion in (BY_NAME[name] for name in names)
            for i in chosen
            if found.indices[companion.index][i] >= companion.fair
        ]
        head = f"{title} {_span(found, self.fs_hz)}"
        if over:
            return (f"{head}: {', '.join(over)}", *_remedies(found, names, None))
        first = BY_NAME[names[0]]
        loudest = max(chosen, key=lambda i: float(np.nan_to_num(found.indices[first.index][i])))
        highest = f"{self.leads[loudest]} {_value(first, found, loudest)}"
        return (f"{head}: within limits, highest {highest}",)


def _state(found: SegmentQuality, lead: int) -> State:
    if found.no_signal[lead]:
        return State.NO_SIGNAL
    grade = str(found.grade[lead])
    if grade != "C":
        return State.GOOD if grade == "A" else State.FAIR
    worst = found.bins[lead] == "bad" or found.kinds[lead] == "lead off"
    return State.BAD if worst else State.POOR


def _companion_states(found: SegmentQuality, names: Sequence[str]) -> list[State]:
    states = []
    for lead in range(len(found.grade)):
        worst = State.GOOD
        for companion in (BY_NAME[name] for name in names):
            value = float(found.indices[companion.index][lead])
            if value >= companion.bad:
                worst = State.BAD
            elif value >= companion.fair:
                worst = max(worst, State.FAIR)
        states.append(State.NO_SIGNAL if found.no_signal[lead] else worst)
    return states


def _fine_states(found: SegmentQuality, states: np.ndarray) -> np.ndarray:
    """State [n_leads, n_fine]: as the segment, lighter where a second scores clearly better."""
    fine = np.repeat(states[:, None], found.fine_psnr_db.shape[1], axis=1)
    for lead, state in enumerate(states):
        marked = State.FAIR <= state <= State.BAD
        if marked and found.kinds[lead] not in UNIFORM:
            better = found.fine_psnr_db[lead] >= found.psnr_db[lead] + QUIETER_DB
            fine[lead, better] = state - 1
    fine[found.fine_flat] = State.NO_SIGNAL
    return fine


def _span(found: SegmentQuality, fs_hz: float) -> str:
    start_s, stop_s = found.segment.new / fs_hz, found.segment.stop / fs_hz
    if stop_s < 60:
        return f"{start_s:.3g}–{stop_s:.3g} s"
    return f"{_clock(start_s)}–{_clock(stop_s)}"


def _clock(time_s: float) -> str:
    hours, rest = divmod(round(time_s), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def _value(companion: Companion, found: SegmentQuality, lead: int) -> str:
    value = float(found.indices[companion.index][lead])
    if companion.index.endswith("_share"):
        return f"{100 * value:.0f} %"
    if companion.index.endswith("_mv"):
        return f"{value:.1f} mV"
    hz = f" at {found.indices['mains_hz'][lead]:.0f} Hz" if companion.name == "mains" else ""
    return f"{value:.0f} µV{hz}"


def _remedies(found: SegmentQuality, kinds: Sequence[str], lead: str | None) -> list[str]:
    """The segment's remedies for these kinds of noise, where they concern the lead."""
    return [
        sentence
        for sentence in found.remedies
        if any(f": {kind}" in sentence for kind in kinds if kind)
        and (lead is None or sentence.startswith("all leads") or _names(sentence, lead))
    ]


def _names(sentence: str, lead: str) -> bool:
    return lead in sentence.split(":", 1)[0].split(", ")
