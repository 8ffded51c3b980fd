"""A server of the site, for this machine only."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from atlas.core.errors import AtlasError


def serve(site: Path, port: int) -> None:
    """Serve the folder `site` on `port` (0: any free one) until Ctrl-C; AtlasError where there is no site or port."""
    if not (site / "index.html").is_file():
        raise AtlasError(f"There is no site in {site}. Run `atlas build` first, or name its folder with --out.")
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(SimpleHTTPRequestHandler, directory=str(site)))
    except OSError as error:
        raise AtlasError(f"Port {port} cannot be opened ({error.strerror}). Choose another with --port.") from error
    with server, suppress(KeyboardInterrupt):
        print(f"Serving {site} at http://127.0.0.1:{server.server_port}/ (Ctrl-C stops)", flush=True)
        server.serve_forever()
