"""`atlas serve` shows the site on this machine until it is stopped."""

import re
import signal
import subprocess
import sys
from urllib.request import urlopen

import pytest


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_site_is_served_until_it_is_stopped(small_site, stop):
    command = [sys.executable, "-m", "atlas", "serve", "--out", str(small_site), "--port", "0"]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip
    told = server.stdout.readline()
    address = re.fullmatch(rf"Serving {re.escape(str(small_site))} at (\S+) \(Ctrl-C stops\)\n", told)[1]
    assert urlopen(f"{address}index.html").read() == (small_site / "index.html").read_bytes()
    server.send_signal(stop)
    rest = server.communicate()[0]
    assert server.returncode == 0
    assert all("GET /index.html" in line for line in rest.splitlines())
