"""The two scalograms of one cell, and what is said when the model is not there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inference.quality import quality_segments, side_by_side
from inference.quality_weights import ScorerMissing
from tests.shared_data import sample
from viewer.formats import open_recording
from viewer.ui import scalogram_dialog
from viewer.ui.scalogram_dialog import ScalogramDialog, SidePair, side_pair


@pytest.fixture
def recording():
    return open_recording(sample("ptbxl_clean.hea"))


def pair(difference: float) -> SidePair:
    original = np.tile(np.linspace(0, 200, 32, dtype=np.uint8)[:, None], (1, 256))
    return SidePair(original, original + difference, 10.0, 20.0)


def test_both_pictures_and_their_psnr_are_shown(qtbot, recording, monkeypatch):
    monkeypatch.setattr(scalogram_dialog, "side_pair", lambda *_: pair(16.0))
    dialog = ScalogramDialog(recording, "V2", 12.0, "cpu")
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.job.succeeded):
        dialog.show()
    assert dialog.words.text().startswith("PSNR of this pair 24.0 dB.")
    assert "V2 as recorded" in dialog.original.title
    left = dialog.original.grab().toImage()
    right = dialog.redrawn.grab().toImage()
    assert left != right
    dialog.reject()


def test_a_missing_model_is_named_instead_of_an_empty_picture(qtbot, recording, monkeypatch):
    def missing(*_: object) -> SidePair:
        raise ScorerMissing("Noise diffusion model: the weights cannot be read.")

    monkeypatch.setattr(scalogram_dialog, "side_pair", missing)
    dialog = ScalogramDialog(recording, "I", 2.0, "cpu")
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.job.failed):
        dialog.show()
    assert dialog.words.text() == "⚠ Noise diffusion model: the weights cannot be read."
    dialog.reject()


def test_of_a_long_recording_only_the_cells_surroundings_are_read(monkeypatch):
    whole = open_recording(sample("mitbih_100.hea"))
    asked = []

    class Watched:
        n_leads, n_samples = whole.samples.n_leads, whole.n_samples

        def read_mv(self, start: int, stop: int) -> np.ndarray:
            asked.append((start, stop))
            return whole.samples.read_mv(start, stop)

    watched = replace(whole, samples=Watched())
    segment = quality_segments(whole.n_samples, 360.0)[2]
    original, redrawn = side_by_side(whole.signal_mv, segment, 360.0, 0, whole.leads, device="cpu")
    found = side_pair(watched, whole.leads[0], 25.0, "cpu", lambda _: None)
    assert asked == [(19 * 360, 31 * 360)]
    assert np.array_equal(found.original, original)
    assert np.array_equal(found.redrawn, redrawn)
