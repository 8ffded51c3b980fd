"""Workers have one thread each, also in libraries that were loaded before they could be told."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool

import pytest

from atlas.runtime.processes import processes

SCRIPT = """
import json
import numpy  # as the command line does: loaded in a worker before its first own line runs
from threadpoolctl import threadpool_info
from atlas.runtime.processes import processes
def begin():
    return "state"
def work(state):
    return [state, threadpool_info()]
if __name__ == "__main__":
    with processes(1, begin) as workers:
        print(json.dumps(workers.submit(work).result()))
"""


def test_a_worker_has_one_thread_whatever_the_main_module_loaded(tmp_path):
    script = tmp_path / "main.py"
    script.write_text(SCRIPT, encoding="utf-8")
    free = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, script], env=free | {"OPENBLAS_NUM_THREADS": "2"}, capture_output=True, text=True, check=True
    )
    state, found = json.loads(done.stdout)
    assert state == "state"
    assert found, "numpy brings no thread pool here"
    assert {library["num_threads"] for library in found} == {1}


def slept(state, seconds):
    time.sleep(seconds)


@pytest.mark.parametrize(
    ("stop", "seconds", "end"), [(ValueError, 0.5, type(None)), (KeyboardInterrupt, 60.0, BrokenProcessPool)]
)
def test_after_an_error_what_runs_is_ended_and_after_an_interruption_nothing(stop, seconds, end):
    def begin():
        with processes(1, int) as workers:
            jobs.extend(workers.submit(slept, seconds) for _ in range(9))
            while not jobs[0].running():
                time.sleep(0.01)
            raise stop

    jobs = []
    with pytest.raises(stop):
        begin()
    assert isinstance(jobs[0].exception(), end)
    assert not any(job.running() for job in jobs)
    assert sum(job.cancelled() or isinstance(job.exception(), BrokenProcessPool) for job in jobs) >= 7
