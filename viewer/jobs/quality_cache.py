"""Noise maps that were computed before, by the content of the samples."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.quality import Segment, SegmentQuality

VERSION = 1
MOST_FILES = 4000
"""About 60 MB; the oldest go first."""

TEXTS = ("kinds", "reasons", "remedies", "notes", "unit_alarm", "device", "algebra_residual_uv")


def key_of(signal_mv: NDArray[np.float32], fs_hz: float, leads: Sequence[str], models: str) -> str:
    """SHA-256 over the samples, what they mean, and the models that judge them."""
    digest = hashlib.sha256(np.ascontiguousarray(signal_mv).tobytes())
    digest.update(json.dumps([VERSION, fs_hz, list(leads), models]).encode())
    return digest.hexdigest()


def load(folder: Path, key: str) -> list[SegmentQuality] | None:
    """What is stored under key; None when nothing readable is."""
    path = folder / f"{key}.npz"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        texts = json.loads(str(arrays.pop("texts")))
        return [_one(arrays, number, text) for number, text in enumerate(texts)]
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def store(folder: Path, key: str, found: Sequence[SegmentQuality]) -> None:
    """Keep found under key; a full or read-only disk costs only the time to compute again."""
    arrays: dict[str, Any] = {}
    texts = []
    for number, quality in enumerate(found):
        segment = quality.segment
        text: dict[str, Any] = {name: getattr(quality, name) for name in TEXTS}
        text["segment"] = [segment.index, segment.start, segment.stop, segment.new, segment.short]
        text["indices"] = list(quality.indices)
        texts.append(text)
        for name in _array_names():
            arrays[f"{number}.{name}"] = getattr(quality, name)
        arrays[f"{number}.indices"] = np.stack(list(quality.indices.values()))
    arrays["texts"] = np.array(json.dumps(texts))
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        os.replace(temporary, folder / f"{key}.npz")


def prune(folder: Path, most: int = MOST_FILES) -> None:
    """Delete the oldest entries beyond most."""
    with contextlib.suppress(OSError):
        files = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
        for path in files[: max(len(files) - most, 0)]:
            path.unlink()


def _array_names() -> list[str]:
    other = {*TEXTS, "segment", "indices"}
    return [field.name for field in fields(SegmentQuality) if field.name not in other]


def _one(arrays: dict[str, Any], number: int, text: dict[str, Any]) -> SegmentQuality:
    index, start, stop, new, short = text["segment"]
    values: dict[str, Any] = {name: arrays[f"{number}.{name}"] for name in _array_names()}
    indices = dict(zip(text["indices"], arrays[f"{number}.indices"], strict=True))
    for name in TEXTS:
        values[name] = tuple(text[name]) if isinstance(text[name], list) else text[name]
    return SegmentQuality(
        segment=Segment(index, start, stop, new, short), indices=indices, **values
    )
