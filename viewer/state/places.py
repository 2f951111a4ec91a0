"""Times as people type them: since the recording began, or by the clock on the wall. Qt-free."""

from __future__ import annotations

from datetime import datetime, timedelta


def parse_clock(text: str) -> float:
    """Seconds of "90", "1:30", "1:01:40.5". Raises ValueError with a sentence."""
    parts = text.strip().split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3 or not all(0 <= number < 1e7 for number in numbers):
        raise ValueError(f"“{text.strip()}” is no time; write 90, 1:30 or 1:01:40.5.")
    seconds = 0.0
    for number in numbers:
        seconds = seconds * 60 + number
    return seconds


def parse_time_of_day(text: str, start: datetime, duration_s: float) -> float:
    """Seconds from the start to the first "14:30" or "14:30:05" of the recording.

    Raises ValueError with a sentence when that is no time of day or not in the recording.
    """
    parts = text.strip().split(":")
    try:
        hour, minute, second = int(parts[0]), int(parts[1]), float((*parts, "0")[2])
        whole = start.replace(hour=hour, minute=minute, second=int(second), microsecond=0)
        if not 2 <= len(parts) <= 3 or not 0 <= second < 60:
            raise ValueError
    except (ValueError, IndexError):
        raise ValueError(f"“{text.strip()}” is no time of day; write 14:30 or 14:30:05.") from None
    place_s = (whole - start).total_seconds() + second % 1
    if place_s < 0:
        place_s += timedelta(days=1).total_seconds()
    if place_s >= duration_s:
        stop = start + timedelta(seconds=duration_s)
        raise ValueError(f"The recording runs from {start:%H:%M:%S} to {stop:%H:%M:%S}.")
    return place_s


def time_of_day(start: datetime, time_s: float) -> str:
    """What the clock showed time_s after the start: "14:30:05", from the second day on "+1 …"."""
    then = start + timedelta(seconds=time_s)
    days = (then.date() - start.date()).days
    return f"{then:%H:%M:%S}" + (f" (+{days} d)" if days else "")
