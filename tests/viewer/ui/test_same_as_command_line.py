"""The window and the command line give the same bytes."""

import numpy as np
import pytest

from inference.registry import default_denoiser
from tests.shared_data import sample
from viewer.cli import main
from viewer.formats import open_recording


@pytest.fixture
def five_minutes(tmp_path):
    """Two leads of a real record, long enough for several pieces."""
    signal_mv = np.tile(open_recording(sample("mitbih_100.hea")).signal_mv, (1, 3))[:, : 300 * 360]
    path = tmp_path / "five_minutes.npz"
    np.savez(path, signal_mv=signal_mv, fs_hz=360.0, leads=np.array(["MLII", "V5"]))
    return path


def from_command_line(path, folder, method):
    """float32 [n_leads, n_samples] mV as `leadlight denoise` writes them."""
    arguments = ["--out", str(folder), "--format", "npz", "--method", method]
    assert main(["denoise", str(path), *arguments]) == 0
    with np.load(folder / f"{path.stem}_cleaned.npz") as written:
        return written["signal_mv"]


def from_window(window, qtbot, method):
    window.settings["denoise.method"] = method
    with qtbot.waitSignal(window.cleaning.finished, timeout=300_000):
        window.cleaning.start()
    cleaned = window.session.cleaned
    assert cleaned.complete
    return cleaned.samples.read_mv(0, cleaned.samples.n_samples)


@pytest.mark.parametrize("method", sorted({"iir", default_denoiser()}))
def test_a_short_recording_is_cleaned_to_the_same_bytes(noisy, qtbot, tmp_path, method):
    in_window = from_window(noisy, qtbot, method)
    on_terminal = from_command_line(sample("ptbxl_noisy.hea"), tmp_path, method)
    assert in_window.tobytes() == on_terminal.tobytes()


def test_a_long_recording_begun_in_its_middle_is_cleaned_to_the_same_bytes(
    opened, qtbot, tmp_path, five_minutes
):
    window = opened(five_minutes)
    window.session.timeline.scroll_to(200.0)
    in_window = from_window(window, qtbot, default_denoiser())
    on_terminal = from_command_line(five_minutes, tmp_path, default_denoiser())
    assert in_window.shape == (2, 300 * 360)
    assert in_window.tobytes() == on_terminal.tobytes()
