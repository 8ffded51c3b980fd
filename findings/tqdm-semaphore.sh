#!/usr/bin/env bash
# A progress bar that shows nothing still takes a semaphore of the operating system.
#
# tqdm 4.67.1, Python 3.11 on Linux. `tqdm(range(3), disable=True)` makes a multiprocessing.RLock the first time any bar is made in a process.
# Libraries that pass `disable=not verbose` do so too (UMAP's layout loop is one). Expected: a bar that is disabled does nothing.
# Seen: one SemLock per process; a worker that ends without Python's own clean-up leaves it to the resource tracker, which warns of a
# "leaked semaphore". `tqdm.set_lock(threading.RLock())` before the first bar avoids it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tqdm==4.67.1
cat > "$folder/count.py" <<'PY'
import multiprocessing.synchronize as synchronize
import sys
import threading

made = []
original = synchronize.SemLock.__init__
synchronize.SemLock.__init__ = lambda self, *args, **kwargs: (made.append(1), original(self, *args, **kwargs))[1]

from tqdm import tqdm

if sys.argv[1] == "own lock":
    tqdm.set_lock(threading.RLock())
list(tqdm(range(3), disable=True))
print(len(made))
PY
default=$("$folder/venv/bin/python" "$folder/count.py" default)
own=$("$folder/venv/bin/python" "$folder/count.py" "own lock")
echo "semaphores made by a disabled bar: $default; with a lock of threading: $own"
[ "$default" = 1 ] && [ "$own" = 0 ]
