"""`atlas serve` shows the site, and nothing else, on this machine until it is stopped; a started server is asked."""

import os
import re
import signal
import socket
import struct
import subprocess
import sys
from http.client import HTTPResponse
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


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The port of a started server, and its log: a site with links, a folder without a page, a pipe."""
    site, outside = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_text("secret")
    (outside / "index.html").write_text("secret")
    (site / "index.html").write_text("<p>home")
    for folder in ("page", "bare", "sound"):
        (site / folder).mkdir()
    (site / "page" / "index.html").write_text("<p>page")
    (site / "bare" / "data.js").write_text("1")
    (site / "again").symlink_to("page", target_is_directory=True)
    (site / "out").symlink_to(outside, target_is_directory=True)
    (site / "secret.txt").symlink_to(outside / "secret.txt")
    (site / "sound" / "index.html").symlink_to(outside / "index.html")
    (site / "loop").symlink_to("loop")
    os.mkfifo(site / "pipe")
    log = tmp_path_factory.mktemp("log") / "log"
    command = [sys.executable, "-m", "atlas", "serve", "--out", str(site), "--port", "0"]
    with log.open("w") as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    yield int(re.search(r":(\d+)/", server.stdout.readline())[1]), log
    server.terminate()
    server.communicate()


def asked(port, path, headers):
    """Status, headers and body that the raw request gets."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        connection.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1"))
        answer = HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.headers, answer.read()


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/", 200, b"<p>home"),
        ("/page/", 200, b"<p>page"),
        ("/page/index.html?q=1", 200, b"<p>page"),
        ("/again/index.html", 200, b"<p>page"),
        ("/page", 301, None),
        ("/bare/data.js", 200, b"1"),
        ("/bare/", 404, None),
        ("/bare", 404, None),
        ("/none", 404, None),
        ("/out/secret.txt", 404, None),
        ("/out/", 404, None),
        ("/secret.txt", 404, None),
        ("/sound/", 404, None),
        ("/loop", 404, None),
        ("/pipe", 404, None),
        ("/../outside0/secret.txt", 404, None),
        ("/%2e%2e/%2e%2e/etc/passwd", 404, None),
        ("/" + "a" * 5000, 404, None),
        ("/index.html%00", 400, None),
        ("/%00/page", 400, None),
        ("/%ed%a0%80", 400, None),
    ],
)
def test_only_files_of_the_site_are_answered(served, path, status, body):
    port, log = served
    found, _, text = asked(port, path, [("Host", f"localhost:{port}")])
    assert found == status and b"secret" not in text and b"data.js" not in text
    assert body is None or text == body
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (["localhost"], 200),
        (["LOCALHOST:9000"], 200),
        (["127.0.0.1:{port}"], 200),
        (["evil.example:{port}"], 421),
        (["127.0.0.1.evil.example"], 421),
        (["localhost.evil.example:{port}"], 421),
        ([""], 421),
        ([], 400),
        (["localhost", "evil.example"], 400),
    ],
)
def test_who_asks_for_another_name_gets_nothing(served, hosts, status):
    port, log = served
    found, _, text = asked(port, "/", [("Host", host.format(port=port)) for host in hosts])
    assert (found, b"home" in text) == (status, status == 200)
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("range_", ["bytes=0-1", "bytes=99-", "bytes=-1,2-3", "nonsense"])
def test_a_range_gets_the_whole_file_and_is_told_so(served, range_):
    status, headers, text = asked(served[0], "/", [("Host", "localhost"), ("Range", range_)])
    assert (status, text) == (200, b"<p>home")
    assert headers["Accept-Ranges"] == "none" and "Content-Range" not in headers


def test_a_reader_who_leaves_is_no_error(served):
    port, log = served
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # leave with a reset
        connection.sendall(b"GET / HTTP/1.1\r\nHost: local")
    assert asked(port, "/", [("Host", "localhost")])[0] == 200
    assert "Traceback" not in log.read_text()
