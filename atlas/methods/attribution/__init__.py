"""Attribution: which inputs a score or an activation rests on. One file per method, on the protocol of `score.py`."""
