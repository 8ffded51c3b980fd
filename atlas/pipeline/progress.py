"""What a build says while it works: a bar with time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from atlas.pipeline.run import Job
from atlas.pipeline.task import steps

PLAIN_SECONDS = 15.0  # between plain lines
TRUSTED = 120.0  # guessed seconds of finished work at which the measured pace weighs as much as the guess


class BuildProgress:
    """One bar for the whole build; time left from the guessed seconds of the jobs, corrected by what they took."""

    def __init__(self, console: Console, workers: int) -> None:
        self.console, self.workers = console, workers
        self.total = self.finished = 0.0
        self.tasks = self.made = 0
        self.begin = self.told = time.monotonic()
        self.bars: Bars | None = None
        self.bar: Any = None
        self.writing: float | None = None  # when the first page was begun

    def start(self, jobs: Sequence[Job], cached: int) -> None:
        """Say what there is to do."""
        self.total, self.tasks = sum(job.seconds for job in jobs), sum(len(job.tasks) for job in jobs)
        self.begin = self.told = time.monotonic()
        if not jobs:
            self.console.print(f"Nothing to compute: all {cached} results are in the store.")
            return
        self.console.print(f"{self.tasks} results to compute, {cached} in the store already.")
        if self.console.is_terminal:
            self.bars = self._bars()
            self.bar = self.bars.add_task("starting", total=self.tasks, left="")
            self.bars.start()

    def done(self, job: Job) -> None:
        """Count a finished job."""
        self.finished += job.seconds
        self.made += len(job.tasks)
        title = steps()[job.tasks[0].step].title
        if self.bars:
            self.bars.update(self.bar, completed=self.made, description=title, left=f"{self.left()} left")
            if self.made == self.tasks:
                self.bars.stop()
        elif self.made == self.tasks or time.monotonic() - self.told >= PLAIN_SECONDS:
            self.told = time.monotonic()
            self.console.print(f"{self.made}/{self.tasks} results, {title}, {self.left()} left")

    def site(self, place: str, done: int, total: int) -> None:
        """Count the units whose pages are written."""
        if self.writing is None:
            self.writing = self.told = time.monotonic()
            if self.console.is_terminal:
                self.bars = self._bars()
                self.bar = self.bars.add_task("pages of units", total=total, left="")
                self.bars.start()
        left = words((time.monotonic() - self.writing) * (total - done) / done) if done else "some time"
        if self.bars:
            self.bars.update(self.bar, completed=done, left=f"{left} left")
            if done == total:
                self.bars.stop()
        elif done == total or time.monotonic() - self.told >= PLAIN_SECONDS:
            self.told = time.monotonic()
            self.console.print(f"pages of {done}/{total} units written, {left} left")

    def _bars(self) -> Bars:
        return Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=self.console,
        )

    def left(self) -> str:
        """Time left, in words."""
        spent = time.monotonic() - self.begin
        pace = (spent + TRUSTED / self.workers) / (self.finished + TRUSTED)  # by the clock, for a guessed second
        return words((self.total - self.finished) * pace)

    def close(self) -> None:
        """Leave the terminal as it was, after an error too."""
        if self.bars:
            self.bars.stop()


def words(seconds: float) -> str:
    """A duration for people."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
