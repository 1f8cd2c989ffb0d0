"""A server that speaks the chat completion protocol and answers as it is told to."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@contextmanager
def model_server(
    answer: str, *, status: int = 200, delay_seconds: float = 0.0
) -> Iterator[tuple[str, list[dict]]]:
    """Serve ``answer`` on a free port; yield the address and the requests received.

    Args:
        status: Of every response; an error's body says so in the protocol's form.
        delay_seconds: How long each response takes.
    """
    received: list[dict] = []

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            received.append(json.loads(self.rfile.read(length)))
            time.sleep(delay_seconds)
            body = json.dumps(_completion(answer) if status == 200 else _error(status))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Stay quiet where a caller left early."""

    server = Server(("127.0.0.1", 0), Chat)
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", received
    finally:
        server.shutdown()
        server.server_close()


def _error(status: int) -> dict:
    return {"error": {"message": f"Status {status}.", "type": "x", "code": str(status)}}


def _completion(answer: str) -> dict:
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "test",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": answer},
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
