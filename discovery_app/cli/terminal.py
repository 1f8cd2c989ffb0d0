"""What commands say, and who they act for."""

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from discovery_app.database import prepare
from discovery_app.database.embedded import EmbeddedServer


def say(sentence: str) -> None:
    """Write ``sentence`` to standard error."""
    sys.stderr.write(sentence + "\n")


def tell(result: str) -> None:
    """Write ``result`` to standard output."""
    sys.stdout.write(result + "\n")


def tell_json(result: object) -> None:
    """Write ``result`` to standard output as JSON; ids and times become text."""
    tell(json.dumps(result, default=str, ensure_ascii=False))


def os_actor() -> str:
    """Return how the history names who runs this command."""
    return f"cli:{getpass.getuser()}"


@contextmanager
def prepared_database() -> Iterator[EmbeddedServer | None]:
    """Attach to the database; start the embedded server for this command if none runs.

    Raises:
        ConfigurationError: What the operator has to change.
        UnavailableError: The server cannot be reached.
    """
    server = prepare(apply=True)
    try:
        yield server
    finally:
        if server is not None and server.started:
            server.stop()
