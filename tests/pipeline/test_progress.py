"""The time that a build says is left: the guess at first, the measured pace later."""

from io import StringIO

import pytest
from rich.console import Console

from atlas.pipeline import progress
from atlas.pipeline.run import Job
from atlas.pipeline.task import Task

GUESSED = 6.0
JOB = Job([Task("diagnoses", "alexnet-64", {}, {}, "alexnet-64")], GUESSED)


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def started(count):
    shown = progress.BuildProgress(Console(quiet=True), workers=2)
    shown.start([JOB] * count, cached=0)
    return shown


def test_at_first_the_guess_is_told_shared_among_the_workers(clock):
    assert started(180).left() == progress.words(180 * GUESSED / 2)


def test_one_slow_job_does_not_make_the_build_endless(clock):
    shown = started(180)
    clock[0] = 60.0
    shown.done(JOB)
    pace = (60 + progress.TRUSTED / 2) / (GUESSED + progress.TRUSTED)
    assert shown.left() == progress.words(179 * GUESSED * pace)
    assert pace < 1  # one job by itself took three times its guess and would make it six times the first word


def test_in_the_end_the_measured_pace_is_told(clock):
    shown = started(10_000)
    for _ in range(9_000):
        clock[0] += 3 * GUESSED
        shown.done(JOB)
    hours, rest = shown.left().split(" h ")
    minutes = int(hours) * 60 + int(rest.removesuffix(" min"))
    assert minutes == pytest.approx(1_000 * GUESSED * 3 / 60, rel=0.01)


def test_time_left_of_the_pages_goes_by_units_from_the_first_on(clock):
    console = Console(width=200, file=StringIO())
    shown = progress.BuildProgress(console, workers=2)
    shown.site("", 0, 1000)
    clock[0] = 20.0
    shown.site("net/wide", 400, 1000)
    shown.site("net/narrow", 410, 1000)  # within 15 seconds of the line before: not told
    clock[0] = 60.0
    shown.site("net/last", 1000, 1000)
    assert console.file.getvalue().splitlines() == [
        "pages of 400/1000 units written, 30 s left",
        "pages of 1000/1000 units written, 0 s left",
    ]
