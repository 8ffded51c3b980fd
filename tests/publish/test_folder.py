"""The site's folder: one build writes it at a time."""

import threading

from atlas.publish.folder import alone


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
