"""Golden numbers of the metrics, worked out by hand."""

import numpy as np
import pytest

from inference.evaluation import metrics
from inference.evaluation.bootstrap import by_patient, holm, paired_p

Y = np.array([[0.0, 1.0, 0.0, -1.0]])
OUT = np.array([[0.1, 1.1, 0.1, -0.9]])  # an offset of 0.1 and nothing else
X = np.array([[0.0, 2.0, 0.0, -2.0]])  # an error as large as the signal


def test_an_offset_counts_for_rmse_but_not_for_snr():
    assert metrics.rmse_uv(Y, OUT)[0] == pytest.approx(100.0)
    assert metrics.ssd_mv2(Y, OUT)[0] == pytest.approx(0.04)
    assert metrics.max_error_uv(Y, OUT)[0] == pytest.approx(100.0)
    assert metrics.prd_percent(Y, OUT)[0] == pytest.approx(100 * np.sqrt(0.04 / 2))
    assert metrics.cosine_percent(Y, OUT)[0] == pytest.approx(100.0)
    assert metrics.snr_db(Y, OUT)[0] > 100


def test_snr_and_its_gain():
    half = Y + 0.5 * (X - Y)
    assert metrics.snr_db(Y, X)[0] == pytest.approx(0.0)
    assert metrics.snr_db(Y, half)[0] == pytest.approx(20 * np.log10(2))
    assert metrics.snr_gain_db(Y, X, half)[0] == pytest.approx(20 * np.log10(2))


def test_paper_style_figures_keep_offset_and_padding():
    figures = metrics.paper_style(Y, OUT, pad_to=8)
    a = np.array([0.5, 1.0, 0.5, 0.0, 0, 0, 0, 0])
    b = np.array([0.55, 1.05, 0.55, 0.05, 0, 0, 0, 0])
    assert figures["SSD"][0] == pytest.approx(0.01)
    assert figures["RMSE"][0] == pytest.approx(np.sqrt(0.01 / 8))
    assert figures["SNR"][0] == pytest.approx(10 * np.log10(1.5 / 0.01))
    assert figures["PRD"][0] == pytest.approx(100 * np.sqrt(0.01 / np.square(b - a.mean()).sum()))
    cosine = 100 * a @ b / np.sqrt((a @ a) * (b @ b))
    assert figures["CosSim"][0] == pytest.approx(cosine)


def test_interval_is_over_patients_not_over_records():
    values = np.array([1.0] * 50 + [3.0])
    one_patient_each = by_patient(values, np.arange(51).astype(str))
    two_patients = by_patient(values, np.array(["a"] * 50 + ["b"]))
    assert one_patient_each.mean == two_patients.mean == pytest.approx(53 / 51)
    assert two_patients.high == 3.0 > one_patient_each.high
    assert by_patient(np.array([np.nan]), np.array(["a"])).text() == "–"


def test_holm_adjusts_and_never_decreases():
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx(
        {"a": 0.03, "c": 0.06, "b": 0.06}
    )


def test_identical_values_do_not_differ():
    a = np.arange(10.0)
    assert paired_p(a, a) == 1.0
    assert paired_p(a, a + 1 + a / 100) < 0.01
