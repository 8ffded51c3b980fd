"""A function that keeps its last result computes it once, and holds one."""

import gc
import weakref

from atlas.runtime.memory import keep_last


class Large:
    pass


def test_the_last_result_is_kept_and_dropped_before_the_next_is_computed():
    alive, computed = [], []

    @keep_last(str.lower)
    def make(name):
        gc.collect()
        alive.append(sum(one() is not None for one in computed))
        large = Large()
        computed.append(weakref.ref(large))
        return large

    first = make("a")
    assert make("A") is first and len(computed) == 1
    del first
    make("b")
    make("a")
    assert len(computed) == 3 and alive == [0, 0, 0]
    assert make.__name__ == "make"
