"""A small server that shows a finished site on this machine, as a good host would.

For preview and for tests, not for the public: it answers byte ranges, sends the strict
Content-Security-Policy of `docs/deploy.md`, compresses text, and can put the site under a sub-path.
"""

import gzip
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Nothing inline, nothing from elsewhere."""

Pages = Callable[[str], "tuple[int, bytes | Path, str] | None"]
"""Answers a site-relative address with status, content and type; None leaves it to the files.

301 leads to the same address with `/` at its end.
"""

Api = Callable[[str], tuple[int, bytes]]
"""Answers a query string with an HTTP status and JSON."""

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_TEXT = frozenset(
    {".html", ".css", ".js", ".json", ".xml", ".txt", ".csv", ".svg", ".md", ".webmanifest"}
)


@dataclass(slots=True)
class Traffic:
    """What was asked for: path and bytes of each answer's body, in order."""

    answers: list[tuple[str, int]] = field(default_factory=list)


class _Handler(SimpleHTTPRequestHandler):
    """Static files with ranges, gzip and the security headers."""

    protocol_version = "HTTP/1.1"

    def __init__(  # noqa: PLR0913  what differs between hosts
        self,
        *args: Any,
        base: str,
        ranges: bool,
        policy: str,
        traffic: Traffic,
        api: Api | None,
        pages: Pages | None,
        **more: Any,
    ) -> None:
        self.api = api
        self.pages = pages
        self.base = base
        self.policy = policy
        self.ranges = ranges
        self.traffic = traffic
        super().__init__(*args, **more)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the library's
        """Stay quiet: a preview is no log."""

    def do_GET(self) -> None:
        """Answer with a file, a part of one, a redirect to a folder, or the 404 page; or a search."""
        asked = urlsplit(self.path)
        if self.api and asked.path == f"{self.base}api/search":
            status, answer = self.api(asked.query)
            self._send(HTTPStatus(status), answer, "application/json; charset=utf-8")
        else:
            self._answer(body=True)

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        path = urlsplit(self.path).path
        if not path.startswith(self.base):
            self._send(HTTPStatus.NOT_FOUND, b"", "text/plain", body=body)
            return
        asked = unquote(path.removeprefix(self.base))
        made = self.pages(asked) if self.pages else None
        if made and made[0] == HTTPStatus.MOVED_PERMANENTLY:
            self._send(HTTPStatus.MOVED_PERMANENTLY, b"", "text/plain", Location=path + "/")
            return
        if made and isinstance(made[1], bytes):
            self._send(HTTPStatus(made[0]), made[1], made[2] or self._kind(path), body=body)
            return
        at = made[1] if made else self.translate_path("/" + path.removeprefix(self.base))
        self._answer_file(Path(str(at)), body=body)

    def _answer_file(self, file: Path, *, body: bool) -> None:
        asked_for = urlsplit(self.path)
        path = asked_for.path
        if file.is_dir():
            if not path.endswith("/"):
                self._send(HTTPStatus.MOVED_PERMANENTLY, b"", "text/plain", Location=path + "/")
                return
            file /= "index.html"
        if not file.is_file():
            missing = Path(self.directory) / "404.html"
            page = missing.read_bytes() if missing.is_file() else b"404"
            self._send(HTTPStatus.NOT_FOUND, page, "text/html; charset=utf-8", body=body)
            return
        state = file.stat()
        known = {"ETag": f'"{state.st_mtime_ns:x}-{state.st_size:x}"'}
        by_content = path.startswith(f"{self.base}search-index/") and file.name != "manifest.json"
        if by_content or asked_for.query.startswith("v="):  # named by their content
            known["Cache-Control"] = "public, max-age=31536000, immutable"
        if self.headers.get("If-None-Match") == known["ETag"]:
            self._send(HTTPStatus.NOT_MODIFIED, b"", "", body=False, **known)
            return
        content, kind = file.read_bytes(), self._kind(file.name)
        text = file.suffix in _TEXT
        asked = _RANGE.fullmatch(self.headers.get("Range", "")) if self.ranges else None
        if asked:
            self._send_part(content, kind, asked, body=body, known=known)
        elif text and "gzip" in self.headers.get("Accept-Encoding", ""):
            packed = gzip.compress(content, 6, mtime=0)
            known |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            self._send(HTTPStatus.OK, packed, kind, body=body, **known)
        else:
            self._send(HTTPStatus.OK, content, kind, body=body, **known)

    def _kind(self, name: str) -> str:
        kind = self.guess_type(name)
        return f"{kind}; charset=utf-8" if Path(name).suffix in _TEXT else kind

    def _send_part(
        self,
        content: bytes,
        kind: str,
        asked: re.Match[str],
        *,
        body: bool,
        known: dict[str, str],
    ) -> None:
        first = int(asked[1])
        last = min(int(asked[2] or len(content) - 1), len(content) - 1)
        if first > last:
            unsatisfiable = f"bytes */{len(content)}"
            status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            self._send(status, b"", kind, body=body, **{"Content-Range": unsatisfiable})
            return
        span = f"bytes {first}-{last}/{len(content)}"
        part = content[first : last + 1]
        known = {**known, "Content-Range": span}
        self._send(HTTPStatus.PARTIAL_CONTENT, part, kind, body=body, **known)

    def _send(
        self, status: HTTPStatus, content: bytes, kind: str, *, body: bool = True, **headers: str
    ) -> None:
        self.send_response(status)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
        if kind.startswith("text/html"):
            self.send_header("Content-Security-Policy", self.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        headers = {"Cache-Control": "no-cache", **headers}
        if self.ranges:
            self.send_header("Accept-Ranges", "bytes")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content)
        self.traffic.answers.append((self.path, len(content) if body else 0))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away: it does so on every quick click."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def make_server(  # noqa: PLR0913  what differs between hosts
    site: Path,
    *,
    port: int = 0,
    base: str = "/",
    ranges: bool = True,
    policy: str = POLICY,
    traffic: Traffic | None = None,
    api: Api | None = None,
    pages: Pages | None = None,
) -> ThreadingHTTPServer:
    """A server for `site` on 127.0.0.1, under the path `base`; port 0 takes a free one.

    `api` answers `api/search` under that path (`gazette.api`), None where there is none; `pages`
    are asked before the files.
    """
    handler = partial(
        _Handler,
        directory=str(site),
        base=base,
        ranges=ranges,
        policy=policy,
        traffic=traffic or Traffic(),
        api=api,
        pages=pages,
    )
    return _Server(("127.0.0.1", port), handler)


@contextmanager
def serving(  # noqa: PLR0913  as above
    site: Path,
    *,
    base: str = "/",
    ranges: bool = True,
    policy: str = POLICY,
    traffic: Traffic | None = None,
    api: Api | None = None,
    pages: Pages | None = None,
) -> Iterator[str]:
    """Serve `site` while the block runs; gives the address of its first page."""
    made = make_server(
        site, base=base, ranges=ranges, policy=policy, traffic=traffic, api=api, pages=pages
    )
    with made as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{base}"
        finally:
            server.shutdown()
            thread.join()
