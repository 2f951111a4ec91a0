"""What somebody wrote at a place of a recording: beat, rhythm change, note, noisy stretch."""

from __future__ import annotations

from dataclasses import dataclass

NOTE, NOISE, RHYTHM = '"', "~", "+"

BEATS: dict[str, str] = {
    "N": "Normal beat",
    "A": "Atrial premature beat",
    "S": "Supraventricular premature or ectopic beat",
    "V": "Premature ventricular contraction",
    "F": "Fusion of ventricular and normal beat",
    "J": "Nodal premature beat",
    "L": "Left bundle branch block beat",
    "R": "Right bundle branch block beat",
    "a": "Aberrated atrial premature beat",
    "j": "Nodal escape beat",
    "e": "Atrial escape beat",
    "n": "Supraventricular escape beat",
    "E": "Ventricular escape beat",
    "/": "Paced beat",
    "f": "Fusion of paced and normal beat",
    "B": "Bundle branch block beat",
    "r": "R-on-T premature ventricular contraction",
    "Q": "Unclassifiable beat",
    "?": "Beat not classified during learning",
}
"""Symbols of PhysioNet's annotation codes that stand for beats, with what they mean."""

OTHERS: dict[str, str] = {
    NOTE: "Note",
    NOISE: "Change in signal quality",
    RHYTHM: "Rhythm change",
    "|": "Isolated QRS-like artefact",
    "x": "Non-conducted P wave",
    "p": "P wave peak",
    "t": "T wave peak",
    "u": "U wave peak",
    "(": "Wave begins",
    ")": "Wave ends",
    "[": "Ventricular flutter or fibrillation begins",
    "]": "Ventricular flutter or fibrillation ends",
    "!": "Ventricular flutter wave",
    "s": "ST change",
    "T": "T wave change",
    "*": "Systole",
    "D": "Diastole",
    "=": "Measurement",
    "^": "Pacing spike",
    "@": "Link to other data",
}


@dataclass(frozen=True, slots=True)
class Annotation:
    """One mark in time. Equal ones are the same mark.

    sample   where, in samples of the recording
    symbol   PhysioNet's symbol: "N", "V", '"' for a note, "~" for noise
    note     its text, at most 255 bytes of UTF-8
    lead     the lead it speaks of, "" for all
    stop     the sample where a noisy stretch ends; None for a point
    subtype, chan, num   numbers of the WFDB file, kept as they were read
    """

    sample: int
    symbol: str
    note: str = ""
    lead: str = ""
    stop: int | None = None
    subtype: int = 0
    chan: int = 0
    num: int = 0

    @property
    def is_beat(self) -> bool:
        return self.symbol in BEATS

    @property
    def is_interval(self) -> bool:
        return self.stop is not None

    @property
    def meaning(self) -> str:
        """What the symbol means, in words."""
        if self.is_interval:
            return f"Noise on {self.lead}"
        return BEATS.get(self.symbol) or OTHERS.get(self.symbol) or f"Mark {self.symbol}"

    @property
    def order(self) -> tuple[int, int, str, str]:
        return self.sample, self.chan, self.symbol, self.note
