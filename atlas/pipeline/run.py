"""Do what a plan still lacks: worker processes, one thread each, every finished task on disk at once.

A build can be killed at any moment; the next run looks at the store and goes on. A job (the tasks of one batch) is what
can be lost. Results do not depend on the number of workers or on the order of jobs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from atlas.core.chapter import parts
from atlas.core.errors import AtlasError, StoreError
from atlas.pipeline import probes
from atlas.pipeline.gather import check_weights
from atlas.pipeline.pace import guesses
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Entry, Store
from atlas.pipeline.task import Task, steps
from atlas.pipeline.worker import StepContext, begin
from atlas.runtime.processes import Workers, processes

StepFunction = Callable[[StepContext, Sequence[Task]], Iterator[Entry]]


@dataclass
class Job:
    """Tasks that a worker does together, a guess of the processor seconds, and the digests that must exist before."""

    tasks: list[Task]
    seconds: float
    waits: set[str] = field(default_factory=set)


class StepsPart(Protocol):
    """The part `steps` of a chapter: the work of each of its steps.

    A step function takes all tasks of one group and yields an Entry for each, in order. The science itself knows
    neither store nor plan.
    """

    RUN: Mapping[str, StepFunction]


@cache
def _functions() -> dict[str, StepFunction]:
    """The work of all steps by name; a chapter's is loaded in the first worker that needs it."""
    return probes.RUN | {name: function for _, part in parts("steps") for name, function in part.RUN.items()}


class Progress(Protocol):
    """What a build tells while it goes on."""

    def start(self, jobs: Sequence[Job], cached: int) -> None:
        """The jobs to come, and the number of tasks that were found in the store."""

    def done(self, job: Job) -> None:
        """A job is finished and on disk."""


def pending(plan: Plan, store: Store) -> list[Task]:
    """The tasks whose results the store lacks, in order."""
    return [task for task in plan.tasks if not store.has(task.digest)]


def make_jobs(tasks: Sequence[Task], seconds: Mapping[str, float]) -> list[Job]:
    """Group pending tasks, of guessed `seconds` by digest, into jobs.

    Tasks of one step and group share a job, up to the step's batch.
    """
    missing = {task.digest for task in tasks}
    groups: dict[tuple[str, str], list[Task]] = {}
    for task in tasks:
        groups.setdefault((task.step, task.group), []).append(task)
    jobs = [
        Job(part, sum(seconds[task.digest] for task in part))
        for (step, _), members in groups.items()
        for first in range(0, len(members), steps()[step].batch)
        for part in (members[first : first + steps()[step].batch],)
    ]
    for job in jobs:
        needs = {digest for task in job.tasks for digests in task.needs.values() for digest in digests}
        job.waits = needs & missing
    return jobs


def run(plan: Plan, store: Store, *, workers: int, progress: Progress) -> None:
    """Compute everything that the store lacks. Raises what a step raised; what was finished stays in the store.

    All weight files are checked before anything is computed.
    """
    store.make()
    tasks = pending(plan, store)
    if tasks:
        check_weights(plan.recipe)
    jobs = make_jobs(tasks, guesses(plan, tasks, store))
    progress.start(jobs, len(plan.tasks) - len(tasks))
    if not jobs:
        return
    with processes(min(workers, len(jobs)), begin, (store.root, plan.recipe)) as found:
        for job in _schedule(found, jobs, workers):
            progress.done(job)


def _schedule(workers: Workers, jobs: Sequence[Job], count: int) -> Iterator[Job]:
    waiting, running = list(jobs), dict[Future[None], Job]()
    while waiting or running:
        for job in [job for job in waiting if not job.waits][: count + 1 - len(running)]:
            waiting.remove(job)
            running[workers.submit(work, job.tasks)] = job
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            job = running.pop(future)
            _check(future, job)
            made = {task.digest for task in job.tasks}
            for other in waiting:
                other.waits -= made
            yield job


def _check(future: Future[None], job: Job) -> None:
    first = job.tasks[0]
    try:
        future.result()
    except AtlasError:
        raise
    except BrokenProcessPool as error:
        raise AtlasError(
            f"A worker process died while it made {first.step} {first.name} (killed, or out of memory). What was "
            "finished is kept: run the same command again, with --jobs 1 if memory is short."
        ) from error
    except OSError as error:
        raise StoreError(
            f"{first.step} {first.name}: {error}. What was finished is kept; run the command again."
        ) from error
    except Exception as error:
        error.add_note(f"while making {first.step} {first.name} ({len(job.tasks)} results)")
        raise


def work(context: StepContext, tasks: Sequence[Task]) -> None:
    """Do one job in a worker and write its results."""
    start = time.process_time()
    entries = list(_functions()[tasks[0].step](context, tasks))
    seconds = (time.process_time() - start) / len(tasks)
    for task, entry in zip(tasks, entries, strict=True):
        context.store.put(task.key, entry, seconds=seconds)
