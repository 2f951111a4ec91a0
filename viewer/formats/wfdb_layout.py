"""From a checked WFDB header to what will be shown: which signals, how long, what scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from viewer.formats.errors import ImportHints, NeedsHints, RecordingError
from viewer.formats.files import beside, shown
from viewer.formats.leads import is_other_signal
from viewer.formats.units import millivolts_per, millivolts_per_digit
from viewer.formats.wfdb_header import Header, SignalLine
from viewer.formats.wfdb_storage import FLAC, PACKINGS, FlacFile, PackedFile

SLOWEST_HZ, FASTEST_HZ = 10.0, 50_000.0
COARSEST_STEP_MV, FINEST_STEP_MV = 10.0, 1e-10


class NoEcg(RecordingError):
    """The record holds signals, but none in volts."""


class MissingSignals(RecordingError):
    """The header is here, its signal files are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The signals that share one file.

    columns  where each signal's samples lie within a frame of frame_samples
    frames   whole frames that the file holds
    """

    path: Path
    format: int
    offset: int
    members: tuple[int, ...]
    columns: tuple[slice, ...]
    frame_samples: int
    frames: int

    def open(self, signals: tuple[SignalLine, ...]) -> PackedFile | FlacFile:
        if self.format in FLAC:
            frame = signals[self.members[0]].frame
            return FlacFile(self.path, self.format, self.offset, frame, len(self.members))
        return PackedFile(self.path, self.format, self.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A single-segment record, ready to decode.

    shown_signals  indices of the signals that are an ECG, in file order
    scale          per shown signal (step_mv, offset_mv)
    frames         frames that will be read
    """

    header: Header
    groups: tuple[Group, ...]
    shown_signals: tuple[int, ...]
    scale: tuple[tuple[float, float], ...]
    frames: int
    warnings: tuple[str, ...]

    @property
    def oversampling(self) -> int:
        """Samples per frame of the fastest lead that is shown."""
        return max(self.header.signals[i].frame for i in self.shown_signals)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.header.signals[i].lead for i in self.shown_signals)


def single_layout(header: Header, hints: ImportHints) -> Layout:
    """Check every signal of a record against its files. Raises RecordingError."""
    if all(signal.file == "~" for signal in header.signals):
        raise RecordingError(
            f"{shown(header.path)} describes no signal file, it is only part of a longer record: "
            "open the record that lists it."
        )
    warnings: list[str] = []
    groups = _groups(header, warnings)
    present = {member for group in groups for member in group.members}
    wanted = _ecg_signals(header, present, hints, warnings)
    frames = _frames(header, groups, warnings)
    scale = tuple(_scale(header.signals[i], header.path, hints) for i in wanted)
    upside_down = [header.signals[i].lead for i in wanted if (header.signals[i].gain or 1) < 0]
    if upside_down:
        warnings.append(
            f"The header gives {_listed(upside_down)} a negative gain and so turns it upside down; "
            "it is shown as the header says."
        )
    return Layout(
        header=header,
        groups=groups,
        shown_signals=wanted,
        scale=scale,
        frames=frames,
        warnings=tuple(warnings),
    )


def check_rate(fs_hz: float, path: Path) -> float:
    """The sampling rate if an ECG can have it. Raises RecordingError."""
    if not SLOWEST_HZ <= fs_hz <= FASTEST_HZ:
        raise RecordingError(
            f"{shown(path)} states a sampling rate of {fs_hz:g} Hz; an ECG has "
            f"{SLOWEST_HZ:g} to {FASTEST_HZ:g} Hz: check the header."
        )
    return fs_hz


def rate_of(header: Header, hints: ImportHints) -> float:
    """Frames per second, from the header or else from the user. Raises NeedsHints."""
    rate = header.fs_hz or hints.fs_hz
    if rate is None:
        raise NeedsHints(
            f"{shown(header.path)} does not state a sampling rate: say how many samples "
            "per second it has.",
            ("fs_hz",),
        )
    return rate


def _groups(header: Header, warnings: list[str]) -> tuple[Group, ...]:
    """Signals by file; missing files drop their signals with a warning."""
    by_file: dict[str, list[int]] = {}
    for index, signal in enumerate(header.signals):
        by_file.setdefault(signal.file, []).append(index)
    groups, missing = [], []
    for name, members in by_file.items():
        try:
            path = beside(header.path.parent, name)
        except FileNotFoundError:
            missing.append((name, members))
            continue
        groups.append(_group(header, path, members))
    if not groups:
        raise MissingSignals(
            f"{shown(missing[0][0])} is missing beside {shown(header.path)}: "
            "keep the header and its signal files in one folder."
        )
    for name, members in missing:
        leads = ", ".join(header.signals[i].lead or "?" for i in members)
        warnings.append(f"{shown(name)} is missing, so {leads} cannot be shown.")
    if len({g.path for g in groups}) != len(groups):
        raise RecordingError(f"{shown(header.path)} names one signal file in two ways.")
    return tuple(groups)


def _group(header: Header, path: Path, members: list[int]) -> Group:
    signals = [header.signals[i] for i in members]
    formats, offsets = {s.format for s in signals}, {s.offset for s in signals}
    format_ = signals[0].format
    if len(formats) > 1 or len(offsets) > 1:
        raise RecordingError(
            f"{shown(header.path)} describes {shown(path)} in two storage formats at once: "
            "the header is damaged; get it again from its source."
        )
    if format_ not in PACKINGS and format_ not in FLAC:
        raise RecordingError(
            f"{shown(path)} uses WFDB storage format {format_}, which does not exist: "
            "the header is damaged."
        )
    if format_ in FLAC and len({s.frame for s in signals}) > 1:
        raise RecordingError(f"{shown(path)} is FLAC but its signals have different rates.")
    columns, at = [], 0
    for signal in signals:
        columns.append(slice(at, at + signal.frame))
        at += signal.frame
    group = Group(
        path=path,
        format=format_,
        offset=signals[0].offset,
        members=tuple(members),
        columns=tuple(columns),
        frame_samples=at,
        frames=0,
    )
    decoder = group.open(header.signals)
    decoder.close()
    frames = decoder.n_samples // at
    return replace(group, frames=frames)


def _frames(header: Header, groups: tuple[Group, ...], warnings: list[str]) -> int:
    """Frames to read: what the header says, but never more than the files hold."""
    held = max(group.frames for group in groups)
    if held == 0:
        raise RecordingError(
            f"{shown(groups[0].path)} holds no samples: get the file again from its source."
        )
    said = header.length or held
    rate = header.fs_hz or 1.0
    short = [g for g in groups if g.frames < min(said, held) or g.frames < said]
    for group in short:
        warnings.append(
            f"{shown(group.path)} ends after {group.frames / rate:.6g} s of the "
            f"{said / rate:.6g} s that the header announces; the rest is missing."
        )
    for group in groups:
        if group.frames > said and not _only_padding(group, said):
            warnings.append(
                f"{shown(group.path)} holds {group.frames - said} samples more than the header "
                "announces; they are not shown."
            )
    return min(said, held)


def _only_padding(group: Group, said: int) -> bool:
    """A packed format may end in a group that is not full: no surplus."""
    packing = PACKINGS.get(group.format)
    spare = packing.group_samples - 1 if packing else 0
    return (group.frames - said) * group.frame_samples <= spare


def _ecg_signals(
    header: Header, present: set[int], hints: ImportHints, warnings: list[str]
) -> tuple[int, ...]:
    """Signals in a unit of voltage; breathing, pressure and the like are left out, and said."""
    other: list[int] = []
    wanted: list[int] = []
    for index in sorted(present):
        signal = header.signals[index]
        is_voltage = signal.gain is None or millivolts_per(signal.unit) is not None
        (wanted if is_voltage and not is_other_signal(signal.lead) else other).append(index)
    if not wanted:
        units = _listed(f"{header.signals[i].lead} in {header.signals[i].unit}" for i in other)
        raise NoEcg(f"{shown(header.path)} holds no ECG, only {units}: open another record.")
    if other:
        names = _listed(header.signals[i].lead or "unnamed" for i in other)
        warnings.append(f"Not shown, because not an ECG in volts: {names}.")
    return tuple(wanted)


def _listed(names: Iterable[str]) -> str:
    """Names for a sentence: printable, at most a dozen."""
    items = ["".join(c if c.isprintable() else "?" for c in name)[:40] for name in names]
    return ", ".join(items[:12]) + (" …" if len(items) > 12 else "")


def _scale(signal: SignalLine, path: Path, hints: ImportHints) -> tuple[float, float]:
    """(step_mv, offset_mv) of a signal. Raises RecordingError, NeedsHints."""
    if signal.gain is None:
        step = millivolts_per_digit(hints.unit) if hints.unit else None
        if step is None:
            raise NeedsHints(
                f"{shown(path)} is not calibrated (lead {signal.lead or '?'} has no gain): say how "
                "many digital units make a millivolt, for example 200/mV.",
                ("unit",),
            )
    else:
        unit_mv = millivolts_per(signal.unit)
        assert unit_mv is not None  # chosen as an ECG by its unit
        step = unit_mv / signal.gain
    if not FINEST_STEP_MV <= abs(step) <= COARSEST_STEP_MV:
        raise RecordingError(
            f"{shown(path)} gives lead {signal.lead or '?'} a step of {step:g} mV, which no "
            "recorder has: the gain or the unit in the header is wrong."
        )
    return step, -signal.baseline * step
