"""Samples in memory and in the cache answer alike."""

from __future__ import annotations

import numpy as np
import pytest

from viewer.samples import ArraySamples, MappedSamples, Samples, to_mv

STEPS, OFFSETS = np.array([0.001, 0.0025]), np.array([0.0, -0.5])
DIGITS = np.random.default_rng(0).integers(-3000, 3000, (2, 1000))


def mapped(path, dtype, progress=None):
    digits = DIGITS.astype(dtype)
    digits.tofile(path)
    return MappedSamples.open(
        path,
        dtype=np.dtype(dtype),
        n_leads=2,
        n_samples=1000,
        step_mv=STEPS,
        offset_mv=OFFSETS,
        progress=progress,
    )


@pytest.mark.parametrize("dtype", [np.int16, np.int32])
def test_mapped_digits_are_the_millivolts_of_the_array(tmp_path, dtype):
    samples = mapped(tmp_path / "x.bin", dtype)
    array = ArraySamples(to_mv(DIGITS.astype(dtype), STEPS, OFFSETS))
    assert isinstance(samples, Samples)
    assert isinstance(array, Samples)
    np.testing.assert_array_equal(samples.read_mv(0, 1000), array.read_mv(0, 1000))
    np.testing.assert_array_equal(samples.read_mv(17, 18), array.read_mv(17, 18))
    assert samples.read_mv(5, 5).shape == (2, 0)


def test_mapped_floats_are_millivolts_already(tmp_path):
    samples = mapped(tmp_path / "x.bin", np.float32)
    np.testing.assert_array_equal(samples.read_mv(0, 1000), DIGITS.astype(np.float32))


@pytest.mark.parametrize(("dtype", "missing"), [(np.int16, -(2**15)), (np.int32, -(2**31))])
def test_the_missing_value_is_a_gap(dtype, missing):
    digits = np.array([[5, missing, 7]], dtype)
    np.testing.assert_array_equal(
        to_mv(digits, np.array([1.0]), np.array([0.0])), [[5.0, np.nan, 7.0]]
    )


def test_what_is_not_read_yet_is_a_gap(tmp_path):
    ready = [400]
    samples = mapped(tmp_path / "x.bin", np.int16, progress=lambda: ready[0])
    assert samples.ready_until == 400
    signal = samples.read_mv(300, 600)
    assert np.isfinite(signal[:, :100]).all()
    assert np.isnan(signal[:, 100:]).all()
    assert np.isnan(samples.read_mv(500, 600)).all()
    ready[0] = 1000
    assert np.isfinite(samples.read_mv(300, 600)).all()


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (5, 4), (0, 1001), (1001, 1001)])
def test_a_span_outside_is_refused(tmp_path, start, stop):
    for samples in (
        mapped(tmp_path / "x.bin", np.int16),
        ArraySamples(np.zeros((2, 1000), np.float32)),
    ):
        with pytest.raises(ValueError, match="asked of 1000"):
            samples.read_mv(start, stop)


@pytest.mark.parametrize("array", [np.zeros((2, 5)), np.zeros(5, np.float32)])
def test_an_array_of_the_wrong_kind_is_refused(array):
    with pytest.raises(ValueError, match="float32"):
        ArraySamples(array)


def test_a_file_of_the_wrong_size_is_refused(tmp_path):
    (tmp_path / "x.bin").write_bytes(b"1234")
    with pytest.raises(ValueError, match=r"mmap|size|length"):
        MappedSamples.open(
            tmp_path / "x.bin",
            dtype=np.dtype(np.int16),
            n_leads=2,
            n_samples=1000,
            step_mv=STEPS,
            offset_mv=OFFSETS,
        )
