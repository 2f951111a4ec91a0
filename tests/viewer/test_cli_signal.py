"""Commands that compute: pages and ST levels, from real recordings to files and numbers."""

import json

import numpy as np
import pytest
from PySide6.QtGui import QImage

from tests.shared_data import sample
from viewer.cli import main

CLEAN, NOISY = str(sample("ptbxl_clean.hea")), str(sample("ptbxl_noisy.hea"))
TWO_LEADS, LONG = str(sample("mitbih_100.hea")), str(sample("incart_i06.hea"))
LEVELS = {"j_mv", "j20_mv", "j60_mv", "j80_mv"}


def pixels(path):
    """uint8 [height, width, 4] of a picture."""
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGBA8888)
    assert not image.isNull()
    raw = np.frombuffer(image.constBits(), np.uint8)
    return raw.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()].copy()


def test_snapshot_draws_the_page_and_each_show_draws_another(tmp_path, capsys):
    pages = {}
    for show in ("raw", "denoised", "overlay", "residual"):
        out = tmp_path / f"{show}.png"
        assert main(["snapshot", NOISY, "--out", str(out), "--show", show]) == 0
        assert capsys.readouterr().out.strip() == str(out)
        pages[show] = pixels(out)

    height, width, _ = pages["raw"].shape
    assert width / height == pytest.approx(297 / 210, abs=0.01)
    blue = (pages["overlay"].astype(int) - pages["raw"])[:, :, 2].max()
    assert blue > 100, "the cleaned trace is not to be seen"
    for other in ("denoised", "overlay", "residual"):
        assert (pages["raw"] != pages[other]).any(axis=2).sum() > 1000


def test_snapshot_writes_pdf_and_layouts_and_later_pages(tmp_path):
    out = tmp_path / "page.pdf"
    asked = ["--layout", "6x2", "--start", "60"]
    assert main(["snapshot", LONG, "--out", str(out), *asked]) == 0
    assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--out", "page.gif"], "page.gif: pages are written as .png, .pdf or .svg"),
        (["--out", "page.png", "--layout", "5x5"], "5x5"),
        (["--out", "page.png", "--start", "10"], "lasts 10 s; --start lies outside"),
        (["--out", "page.png", "--start", "-1"], "lasts 10 s; --start lies outside"),
        (["--out", "page.png", "--method", "magic"], "There is no method 'magic'"),
        (["--out", "no/such/folder/page.png"], "page.png could not be written"),
    ],
)
def test_what_snapshot_cannot_do_is_one_sentence_and_leaves_no_file(
    asked, said, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["snapshot", CLEAN, *asked]) in (1, 2)
    errors = capsys.readouterr().err
    assert said in errors
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def st(capsys, *arguments):
    status = main(["st", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_st_gives_levels_of_both_traces_for_every_lead(capsys):
    status, (entry,) = st(capsys, CLEAN)
    assert status == 0
    for trace in ("raw", "denoised"):
        assert list(entry[trace]) == entry["leads"]
        assert all(set(row) == LEVELS | {"n_beats"} for row in entry[trace].values())
        assert set(entry["probability"][trace]) == {"STE", "STD"}
    assert entry["guard"]["state"] == "ok"
    assert [why for why in entry["abstained"] if not why.startswith("No probability")] == []
    raw, clean = (
        np.array([[row[key] for key in sorted(LEVELS)] for row in entry[trace].values()])
        for trace in ("raw", "denoised")
    )
    assert np.abs(raw - clean).max() < 0.01  # a clean record: cleaning leaves ST alone


def test_st_limb_leads_obey_einthoven(capsys):
    _, (entry,) = st(capsys, CLEAN)
    one, two, three = (entry["raw"][lead]["j60_mv"] for lead in ("I", "II", "III"))
    assert one + three == pytest.approx(two, abs=0.005)  # each lead has a J point of its own


def test_st_says_which_lead_it_does_not_measure_and_why(capsys):
    _, (entry,) = st(capsys, NOISY)
    assert entry["raw"]["V1"] == {**dict.fromkeys(LEVELS), "n_beats": 0}
    assert any(reason.startswith("V1: the baseline moves") for reason in entry["abstained"])


def test_age_and_sex_of_the_command_line_win(capsys):
    _, (unknown,) = st(capsys, TWO_LEADS)
    assert not any("Age or sex is not known" in note for note in unknown["notes"])
    main(["st", CLEAN, "--age", "60", "--sex", "M"])
    assert "J+60 cleaned" in capsys.readouterr().out


def test_a_command_refuses_an_unknown_method_before_it_opens_anything(capsys):
    assert main(["st", "absent.hea", "--method", "magic"]) == 2
    assert "There is no method 'magic'; choose one of" in capsys.readouterr().err
