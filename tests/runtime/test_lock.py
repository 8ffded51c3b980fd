"""A folder is locked by one process at a time."""

import threading

import pytest

from atlas.core.errors import AtlasError
from atlas.runtime.lock import alone


def test_a_second_writer_waits_until_the_first_has_ended(tmp_path):
    told, entered = threading.Event(), threading.Event()

    def second():
        with alone(tmp_path / "site", told.set):
            entered.set()

    with alone(tmp_path / "site", told.set):
        other = threading.Thread(target=second)
        other.start()
        assert told.wait(10)
        assert not entered.is_set()
    other.join(10)
    assert entered.is_set()


def test_who_finds_the_folder_free_is_not_kept_waiting(tmp_path):
    waited = []
    for _ in range(2):
        with alone(tmp_path / "site", lambda: waited.append(True)):
            pass
    assert waited == []
    assert list((tmp_path / "site").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AtlasError, match=r"Cannot write .*file/site: .*--out"), alone(tmp_path / "file/site", print):
        pass


def test_the_lock_is_released_after_an_error(tmp_path):
    with pytest.raises(RuntimeError), alone(tmp_path, print):
        raise RuntimeError
    waited = []
    with alone(tmp_path, lambda: waited.append(True)):
        pass
    assert waited == []
