"""`python -m atlas.train NETWORK`: the same as `atlas train`."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from atlas.errors import AtlasError
from atlas.train.train import train


def main() -> int:
    """Train one network; 1 after a mistake that the user can mend."""
    parser = argparse.ArgumentParser(prog="python -m atlas.train")
    parser.add_argument("network")
    parser.add_argument("--out", type=Path, default=Path("runs"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--fresh", action="store_true", help="do not continue from a checkpoint")
    given = parser.parse_args()
    try:
        train(
            given.network, out=given.out, data=given.data, epochs=given.epochs, seed=given.seed,
            threads=given.threads, resume=not given.fresh, progress=partial(print, flush=True),
        )  # fmt: skip
    except AtlasError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
