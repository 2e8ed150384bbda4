"""A real web server on loopback that takes webhooks, and refuses or keeps silent when it is told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Listener:
    """`answers`: the next statuses, 200 when there are no more; None: nothing until `let_go`."""

    url: str = ""
    answers: list[int | None] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)


@contextmanager
def listening() -> Iterator[Listener]:
    """The server runs until the block ends."""
    listener = Listener()

    class Hears(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            answer = listener.answers.pop(0) if listener.answers else 200
            if answer is None:
                listener.let_go.wait(30)
                self.close_connection = True
                return
            listener.heard.append(({name.lower(): value for name, value in self.headers.items()}, content))
            self.send_response(answer)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hears)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    listener.url = f"http://127.0.0.1:{server.server_port}/belbord?key=geheim"
    try:
        yield listener
    finally:
        listener.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()
