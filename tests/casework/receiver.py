"""A real receiver of webhooks: a server on a free port that fails, hangs or drips when told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAIL, HANG, DRIP, GONE, REDIRECT = "fail", "hang", "drip", "gone", "redirect"


@dataclass
class Inbox:
    """`answers` are used up one by one; then all is taken. `got` holds what was received, headers and body."""

    url: str = ""
    answers: list[str] = field(default_factory=list)
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def taken(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


def _handler(inbox: Inbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            inbox.got.append((dict(zip(map(str.lower, self.headers.keys()), self.headers.values(), strict=True)), body))
            answer = inbox.answers.pop(0) if inbox.answers else ""
            if answer == HANG:
                inbox.closing.wait(20)
            else:
                self._answer(answer)

        def _answer(self, answer: str) -> None:
            self.send_response({FAIL: 500, GONE: 410, REDIRECT: 307, DRIP: 200}.get(answer, 204))
            if answer == REDIRECT:
                self.send_header("location", f"{inbox.url}/elsewhere")
            if answer == DRIP:
                self.send_header("content-length", "1000")
            self.end_headers()
            with suppress(OSError):  # the sender has gone
                while answer == DRIP and not inbox.closing.wait(0.05):
                    self.wfile.write(b".")
                    self.wfile.flush()

        def log_message(self, *_args: object) -> None: ...

    return Handler


@contextmanager
def receiving(*answers: str) -> Iterator[Inbox]:
    inbox = Inbox(answers=list(answers))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(inbox))
    inbox.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield inbox
    finally:
        inbox.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
