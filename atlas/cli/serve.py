"""A server of the site, for this machine only."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from atlas.core.errors import AtlasError

ADDRESS = "127.0.0.1"
HOSTS = frozenset((ADDRESS, "localhost"))  # at any port, since ports are forwarded


def serve(site: Path, port: int) -> None:
    """Serve the folder `site` on `port` (0: any free one) until Ctrl-C; AtlasError where there is no site or port."""
    if not (site / "index.html").is_file():
        raise AtlasError(f"There is no site in {site}. Run `atlas build` first, or name its folder with --out.")
    try:
        server = SiteServer((ADDRESS, port), partial(SiteHandler, directory=str(site)))
    except OSError as error:
        raise AtlasError(f"Port {port} cannot be opened ({error.strerror}). Choose another with --port.") from error
    with server, suppress(KeyboardInterrupt):
        print(f"Serving {site} at http://{ADDRESS}:{server.server_port}/ (Ctrl-C stops)", flush=True)
        server.serve_forever()


class SiteServer(ThreadingHTTPServer):
    """A thread a request; a reader who leaves before a file ends is no error."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class SiteHandler(SimpleHTTPRequestHandler):
    """Answers with regular files inside the folder, whole (a Range is ignored), to who asks for this machine by name.

    A page of another site could have its own name lead to this machine (DNS rebinding) and read the answers; its
    requests carry that name as Host.
    """

    def send_head(self) -> BytesIO | BinaryIO | None:
        refused = self._refused()
        if refused:
            self.send_error(refused)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        """A folder without a page of its own is not there."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        self.send_header("Accept-Ranges", "none")
        super().end_headers()

    def _refused(self) -> HTTPStatus | None:
        """Why the request is not answered, if it is not."""
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1:
            return HTTPStatus.BAD_REQUEST
        if hosts[0].strip().lower().partition(":")[0] not in HOSTS:
            return HTTPStatus.MISDIRECTED_REQUEST
        try:
            return None if self._is_inside(self.translate_path(self.path)) else HTTPStatus.NOT_FOUND
        except ValueError:  # a NUL, or what no name of a file can be written in
            return HTTPStatus.BAD_REQUEST
        except OSError:  # a name that is too long
            return HTTPStatus.NOT_FOUND

    def _is_inside(self, path: str) -> bool:
        """Whether a file, or a folder and its page, lies in the site, links followed."""
        root, found = Path(self.directory).resolve(), Path(os.path.realpath(path))
        page = Path(os.path.realpath(found / "index.html")) if found.is_dir() else found
        return found.is_relative_to(root) and page.is_relative_to(root) and page.is_file()
