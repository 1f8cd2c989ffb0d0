"""``serve`` and ``worker``: the processes of an installation."""

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from discovery_app.cli.bundle import build_pages
from discovery_app.cli.demo import load_demo, sign_ins
from discovery_app.cli.terminal import say, tell
from discovery_app.config import RunnerMode, settings
from discovery_app.database import dispose_engine, prepare
from discovery_app.database.embedded import EmbeddedServer
from discovery_app.errors import ConfigurationError
from discovery_app.jobs.dispatchers import served_queues
from discovery_app.jobs.supervisor import Start, Supervisor, runners, slot_count
from discovery_app.logs import write_log
from discovery_app.storage import free_bytes

LEAST_FREE_BYTES: Final = 500 * 1024 * 1024
"""Below this a start is refused: the database could not write. Chosen."""

logger = logging.getLogger(__name__)


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this file to ``app``."""
    app.command()(serve)
    app.command()(worker)


def serve(
    port: Annotated[
        int | None, typer.Option(help="Where people reach the app; default 3000.")
    ] = None,
    slots: Annotated[
        int | None, typer.Option(help="Runners; default one a core.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Load made-up clients on first start.")
    ] = False,
) -> None:
    """Run everything: database, web process and runners, until Ctrl-C."""
    write_log()
    if port:
        os.environ["DISCOVERY_PORT"] = str(port)
        settings.cache_clear()
    _check_machine()
    server = prepare(apply=True)
    try:
        if demo:
            load_demo()
        build_pages()
        dispose_engine()
        _announce(demo=demo)
        web = {"The web process": _start_web}
        _supervise(Supervisor(web | _own_runners(slots or 0), _mind(server)))
    finally:
        if server is not None:  # Also one that an earlier, killed process left.
            server.stop()


def worker(
    slots: Annotated[
        int | None, typer.Option(help="Runners; default one a core.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of this machine's slots.")] = "",
    queues: Annotated[
        str, typer.Option(help="What to serve: cpu, llm; with Procrastinate only.")
    ] = "",
) -> None:
    """Run workflows of a database that is there, until SIGTERM."""
    write_log()
    if queues:
        os.environ["DISCOVERY_QUEUES"] = queues
        settings.cache_clear()
    served_queues(settings().queues)  # Here it is one sentence, in a child a loop.
    prepare(apply=False)
    dispose_engine()
    _supervise(Supervisor(runners(slot_count(slots or 0), name)))


def _own_runners(slots: int) -> dict[str, Start]:
    """Return the runners beside the web process; none where they run elsewhere."""
    if settings().runner is RunnerMode.OFF:
        return {}
    return runners(slot_count(slots))


def _supervise(supervisor: Supervisor) -> None:
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: supervisor.stop())
    supervisor.run()


def _mind(server: EmbeddedServer | None) -> Callable[[], None]:
    """Return what restarts the embedded server if it died; nothing for others."""
    return (lambda: None) if server is None else partial(_restart, server)


def _restart(server: EmbeddedServer) -> None:
    if server.restart_if_dead():
        logger.warning("The embedded PostgreSQL had ended and was started again.")


def _start_web() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "discovery_app.cli.web", "--parent"]
    return subprocess.Popen([*command, str(os.getpid())], env=web_environment())  # noqa: S603


def web_environment() -> dict[str, str]:
    """Return the environment of a web process that serves the built pages."""
    folder = str(Path(sys.executable).parent)
    return os.environ | {
        "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "DISCOVERY_RUNNER": RunnerMode.OFF.value,
    }


def _check_machine() -> None:
    port = settings().port
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104
        except OSError as error:
            raise ConfigurationError(
                f"Port {port} is in use; stop what uses it, or choose another with "
                "--port."
            ) from error
    if free_bytes() < LEAST_FREE_BYTES:
        raise ConfigurationError(
            f"Less than 500 MB are free for {settings().data_dir}; make room, or set "
            "DISCOVERY_DATA_DIR to a disk that has some."
        )


def _announce(*, demo: bool) -> None:
    tell(f"\n  Discovery dashboard: {settings().address}")
    if demo:
        for line in sign_ins():
            tell(f"    {line}")
    tell("  Ctrl-C stops everything.\n")
    sys.stdout.flush()
    say("Starting the web process and the runners.")
