"""Export through the dialog: proof before "saved", never onto the source."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMessageBox

from tests.shared_data import sample
from viewer.formats import open_recording
from viewer.jobs.export import FORMATS

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def cleaned(noisy, qtbot):
    qtbot.keyClick(noisy, Qt.Key.Key_D, CTRL)
    qtbot.waitUntil(lambda: noisy.session.guard_complete, timeout=60_000)
    return noisy


def dialog_of(window, qtbot, path: Path, format: str = "npz"):
    qtbot.keyClick(window, Qt.Key.Key_E, CTRL)
    dialog = window.exporting.dialog
    dialog.format.setCurrentIndex(dialog.format.findData(format))
    dialog.path.setText(str(path))
    return dialog


def save(window, qtbot, dialog) -> str:
    with qtbot.waitSignal(window.exporting.job.ended, timeout=60_000):
        qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    return str(dialog.message.text())


def test_csv_is_proved_and_holds_time_and_every_lead(cleaned, qtbot, tmp_path):
    dialog = dialog_of(cleaned, qtbot, tmp_path / "out.csv", "csv")
    assert "largest difference" in save(cleaned, qtbot, dialog)
    head, *rows = (tmp_path / "out.csv").read_text().splitlines()
    assert head.startswith("time_s,I (mV),II (mV)")
    values = np.array([[float(cell) for cell in row.split(",")] for row in rows])
    shown = cleaned.session.cleaned.samples.read_mv(0, len(rows))
    np.testing.assert_allclose(values[:, 1:].T, shown, atol=1e-5)
    dialog.close()


@pytest.mark.parametrize("format", ["wfdb", "npz", "hdf5", "edf"])
def test_the_cleaned_recording_is_written_proved_and_reads_back(cleaned, qtbot, tmp_path, format):
    path = tmp_path / f"out{FORMATS[format][1]}"
    dialog = dialog_of(cleaned, qtbot, path, format)
    assert dialog.cleaned.isChecked()
    said = save(cleaned, qtbot, dialog)
    assert said.startswith(f"Saved {path.name}")
    assert "largest difference" in said
    assert "SHA-256" in said
    back = open_recording(path)
    shown = cleaned.session.cleaned.samples.read_mv(0, back.n_samples)
    np.testing.assert_allclose(back.signal_mv, shown, atol=1.01e-3)
    sidecar = json.loads((tmp_path / f"out.{format}.json").read_text())
    text = json.dumps(sidecar)
    assert cleaned.session.recording.source_sha256 in text
    assert '"method": "iir"' in text
    dialog.close()


def test_the_raw_stretch_on_screen_is_written_alone(opened, qtbot, tmp_path):
    window = opened(sample("incart_i06.hea"))
    window.session.timeline.scroll_to(30.0)
    dialog = dialog_of(window, qtbot, tmp_path / "part.npz")
    assert dialog.raw.isChecked()
    assert not dialog.cleaned.isEnabled()
    dialog.visible.click()
    dialog.path.setText(str(tmp_path / "part.npz"))
    assert save(window, qtbot, dialog).startswith("Saved part.npz")
    recording, timeline = window.session.recording, window.session.timeline
    start, stop = (round(s * recording.fs_hz) for s in (timeline.start_s, timeline.stop_s))
    back = open_recording(tmp_path / "part.npz")
    np.testing.assert_array_equal(back.signal_mv, recording.samples.read_mv(start, stop))
    dialog.close()


def test_the_source_is_never_written_over(noisy, qtbot, tmp_path, opened):
    for suffix in (".hea", ".dat"):
        data = sample(f"ptbxl_clean{suffix}").read_bytes()
        (tmp_path / f"ptbxl_clean{suffix}").write_bytes(data)
    source = tmp_path / "ptbxl_clean.hea"
    window = opened(source)
    before = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in tmp_path.iterdir()}
    dialog = dialog_of(window, qtbot, source, "wfdb")
    answers: list[QMessageBox] = []

    def replace_it() -> bool:
        boxes = [b for b in dialog.findChildren(QMessageBox) if b.isVisible()]
        answers.extend(boxes)
        for box in boxes:
            box.buttons()[0].click()
        return bool(answers)

    dialog.save.click()
    qtbot.waitUntil(replace_it)
    qtbot.waitUntil(lambda: dialog.save.isEnabled(), timeout=20_000)
    assert not dialog.message.text().startswith("Saved")
    after = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in tmp_path.iterdir()}
    assert after == before
    dialog.close()


def test_a_folder_that_is_not_there_is_one_sentence(noisy, qtbot, tmp_path):
    dialog = dialog_of(noisy, qtbot, tmp_path / "no such folder" / "x.npz")
    said = save(noisy, qtbot, dialog)
    assert not said.startswith("Saved")
    assert "Traceback" not in said
    assert dialog.save.isEnabled()
    dialog.close()


def test_a_trace_that_is_not_cleaned_yet_cannot_be_exported_as_cleaned(noisy, qtbot, tmp_path):
    dialog = dialog_of(noisy, qtbot, tmp_path / "x.npz")
    assert not dialog.cleaned.isEnabled()
    dialog.cleaned.setEnabled(True)
    dialog.cleaned.click()
    assert not dialog.save.isEnabled()
    assert "press Denoise first" in dialog.message.text()
    dialog.close()


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_the_page_on_screen_is_saved_as_picture_or_pdf(cleaned, qtbot, tmp_path, suffix):
    with qtbot.waitSignal(cleaned.exporting.done):
        cleaned.exporting.save_page(tmp_path / f"page{suffix}")
    assert (tmp_path / f"page{suffix}").stat().st_size > 10_000


def test_a_page_that_cannot_be_saved_is_one_sentence(cleaned, qtbot, tmp_path):
    with qtbot.waitSignal(cleaned.exporting.refused) as heard:
        cleaned.exporting.save_page(tmp_path / "page.docx")
    assert "page.docx" in heard.args[0]


def test_identifiers_are_removed_on_request_and_the_dialog_says_so(noisy, qtbot, tmp_path):
    dialog = dialog_of(noisy, qtbot, tmp_path / "x.edf", "edf")
    qtbot.mouseClick(dialog.deidentify, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert dialog.choice.path.name == "ecg_raw.edf"  # the name of the file would tell as well
    dialog.path.setText(str(tmp_path / dialog.choice.path.name))
    assert "identifiers removed" in save(noisy, qtbot, dialog)
    found = b"".join(path.read_bytes() for path in tmp_path.glob("ecg_raw*"))
    assert noisy.session.recording.name.encode() not in found
    assert open_recording(tmp_path / "ecg_raw.edf").start_time is None
    dialog.close()


def test_an_exported_file_opens_as_it_was_left(cleaned, qtbot, tmp_path, opened):
    cleaned.session.paper.set_gain(20.0)
    cleaned.set_layout("6x2")
    dialog = dialog_of(cleaned, qtbot, tmp_path / "out.npz")
    save(cleaned, qtbot, dialog)
    dialog.close()
    cleaned.session.paper.set_gain(10.0)
    cleaned.set_layout("12x1")
    cleaned.settings["denoise.method"] = "fir"
    window = opened(tmp_path / "out.npz")
    assert window.session.paper.gain_mm_mv == 20.0
    assert window.session.paper.layout.name == "6x2"
    assert window.settings["denoise.method"] == "iir"
    assert "holds a cleaned trace" in window.session.recording.warnings[0]
