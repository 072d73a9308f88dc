"""A publisher on 127.0.0.1 for tests of fetching: well-behaved, or wrong in a way that its path names."""

from __future__ import annotations

import contextlib
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DRIVE = b"<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title></head><body>large</body></html>"


class Publisher:
    """Serves `content`; `seen` has (path, Range header) of every request.

    Encrypted if it is given a certificate; `plain` then is the same publisher's plain address.
    """

    def __init__(self, content: bytes, certificate: Path | None = None, plain: str = "") -> None:
        self.scheme = "https" if certificate else "http"
        self.plain = plain
        self.content = content
        self.seen: list[tuple[str, str]] = []
        self.cuts = 0
        """How many of the next answers break off half way."""
        self.hurry = threading.Event()
        """Lets `drip` go on beyond its first 4 %."""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.publisher = self  # type: ignore[attr-defined]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}/{path}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers as the first part of the path says."""

    protocol_version = "HTTP/1.1"

    @property
    def publisher(self) -> Publisher:
        return self.server.publisher  # type: ignore[attr-defined, no-any-return]

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.publisher.seen.append((self.path, self.headers.get("Range", "")))
        getattr(self, "serve_" + self.path.strip("/").split("/")[0], self.serve_missing)()

    def serve_missing(self) -> None:
        self.send_error(404)

    def serve_good(self) -> None:
        start = self.start()
        self.head(206 if start else 200, max(0, len(self.publisher.content) - start), start)
        self.body(self.publisher.content[start:])

    def serve_bare(self) -> None:
        if self.start() < len(self.publisher.content):
            self.serve_good()
        else:
            self.send_error(416)

    def serve_norange(self) -> None:
        self.head(200, len(self.publisher.content))
        self.body(self.publisher.content)

    def serve_redirect(self) -> None:
        self.lead("/good/after")

    def serve_elsewhere(self) -> None:
        self.lead("file:///etc/passwd")

    def serve_byftp(self) -> None:
        self.lead("ftp://127.0.0.1/x")

    def serve_down(self) -> None:
        self.lead(self.publisher.plain)

    def serve_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(self.publisher.content)

    def serve_page(self) -> None:
        self.head(200, len(DRIVE), kind="text/html; charset=utf-8")
        self.wfile.write(DRIVE)

    def serve_disguised(self) -> None:
        self.head(200, len(DRIVE))
        self.wfile.write(DRIVE)

    def serve_toolong(self) -> None:
        self.lead(f"{self.publisher.scheme}://{'a' * 70}.example/x")

    def serve_badport(self) -> None:
        self.lead(f"{self.publisher.scheme}://127.0.0.1:abc/x")

    def serve_bracket(self) -> None:
        self.lead(f"{self.publisher.scheme}://[x/x")

    def lead(self, place: str) -> None:
        self.send_response(302)
        self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve_drip(self) -> None:
        content, start = self.publisher.content, self.start()
        first = len(content) // 25
        self.head(206 if start else 200, len(content) - start, start)
        if not self.publisher.hurry.is_set():
            self.wfile.write(content[start:first])
            self.publisher.hurry.wait(60)
            start = max(start, first)
        self.body(content[start:])

    def serve_chunked(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        half = len(self.publisher.content) // 2
        self.wfile.write(b"%x\r\n" % half + self.publisher.content[:half] + b"\r\n")
        if self.publisher.cuts:
            self.publisher.cuts -= 1
            self.close_connection = True
            return
        rest = self.publisher.content[half:]
        self.wfile.write(b"%x\r\n" % len(rest) + rest + b"\r\n0\r\n\r\n")

    def start(self) -> int:
        text = self.headers.get("Range", "")
        return int(text.removeprefix("bytes=").rstrip("-")) if text else 0

    def head(self, status: int, length: int, start: int = 0, kind: str = "application/octet-stream") -> None:
        if status == 206 and not length:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(self.publisher.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{start + length - 1}/{start + length}")
        self.end_headers()

    def body(self, data: bytes) -> None:
        if self.publisher.cuts:
            self.publisher.cuts -= 1
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True
        else:
            self.wfile.write(data)
