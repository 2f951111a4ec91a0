"""Background work: the newest run wins, and no thread outlives the window."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from viewer.jobs.runner import LatestJob, Progress


@pytest.fixture
def job(qtbot) -> Iterator[LatestJob]:
    job = LatestJob()
    yield job
    job.close()


def test_the_result_arrives_in_the_gui_thread(job, qtbot):
    where: list[int] = []
    job.succeeded.connect(lambda _: where.append(threading.get_ident()))
    with qtbot.waitSignal(job.ended):
        job.start(lambda progress: threading.get_ident())
    assert where == [threading.get_ident()]


def test_the_work_is_done_in_another_thread(job, qtbot):
    with qtbot.waitSignal(job.succeeded) as answer:
        job.start(lambda progress: threading.get_ident())
    assert answer.args[0] != threading.get_ident()


def test_a_newer_run_silences_the_older(job, qtbot):
    begun, go_on = threading.Event(), threading.Event()

    def slow(progress: Progress) -> str:
        begun.set()
        go_on.wait(10)
        return "old"

    answers: list[object] = []
    job.succeeded.connect(answers.append)
    job.start(slow)
    assert begun.wait(10)
    job.start(lambda progress: "new")
    with qtbot.waitSignal(job.succeeded):
        go_on.set()
    assert answers == ["new"]


def test_cancel_stops_the_work_at_its_next_report_and_delivers_nothing(job, qtbot):
    begun, go_on, went_on = threading.Event(), threading.Event(), threading.Event()

    def work(progress: Progress) -> str:
        begun.set()
        go_on.wait(10)
        progress(0.5)
        went_on.set()
        return "too late"

    heard: list[object] = []
    job.succeeded.connect(heard.append)
    job.failed.connect(heard.append)
    job.start(work)
    assert begun.wait(10)
    with qtbot.waitSignal(job.ended):
        job.cancel()
    go_on.set()
    job.close()
    assert heard == []
    assert not went_on.is_set()
    assert not job.running


def test_an_error_is_delivered_as_it_was_raised(job, qtbot):
    def work(progress: Progress) -> None:
        raise OSError("electrodes on fire")

    heard: list[Exception] = []
    job.failed.connect(heard.append)
    with qtbot.waitSignal(job.ended):
        job.start(work)
    assert "electrodes on fire" in str(heard[0])
    assert not job.running


def test_parts_arrive_in_order_before_the_result(job, qtbot):
    def work(progress: Progress) -> int:
        for part in range(3):
            progress.produce(part)
        return 3

    heard: list[object] = []
    job.produced.connect(heard.append)
    job.succeeded.connect(heard.append)
    with qtbot.waitSignal(job.ended):
        job.start(work)
    assert heard == [0, 1, 2, 3]


def test_a_thousand_races_deliver_only_the_last_answer(job, qtbot):
    answers: list[object] = []
    job.succeeded.connect(answers.append)
    for number in range(1000):
        job.start(lambda progress, n=number: n)
    qtbot.waitUntil(lambda: not job.running)
    assert answers[-1] == 999
    assert answers == sorted(set(answers))


def test_a_run_may_be_started_from_the_answer_of_another(job, qtbot):
    answers: list[object] = []

    def again(answer: object) -> None:
        answers.append(answer)
        if len(answers) < 3:
            job.start(lambda progress: len(answers))

    job.succeeded.connect(again)
    with qtbot.waitSignal(job.ended):
        job.start(lambda progress: 0)
    assert answers == [0, 1, 2]


def test_a_closed_job_starts_nothing_any_more(job, qtbot):
    begun = threading.Event()
    job.close()
    job.start(lambda progress: begun.set())
    assert not job.running
    assert not begun.wait(0.2)  # an idle thread would be far quicker
