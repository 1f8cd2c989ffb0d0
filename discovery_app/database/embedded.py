"""The app's own PostgreSQL, from the binaries that pip installs.

The wheel's Python half is not used: it trusts a stale ``postmaster.pid``, counts
handles in a file that a SIGKILL leaves wrong, and under root opens every parent folder
to all. Its programs (``initdb``, ``pg_ctl``) are plain PostgreSQL.

The server outlives the process that starts it, and only an explicit :meth:`stop` ends
it, so that a killed process never takes the database with it.
"""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from discovery_app.database.cluster import (
    check_path,
    check_version,
    free_space,
    initialise,
    make_socket_folder,
    server_folder,
    socket_folder,
)
from discovery_app.database.postmaster import (
    PORT,
    Postmaster,
    answers,
    is_server_of,
    read_postmaster,
    server_children,
)
from discovery_app.database.server_account import ServerAccount, server_account
from discovery_app.database.server_files import (
    BINARIES,
    log_tail,
    programs_folder,
    write_settings,
)
from discovery_app.errors import UnavailableError

START_SECONDS = 120.0
"""Chosen: crash recovery after a long write burst takes tens of seconds."""
STOP_SECONDS = 60.0

logger = logging.getLogger(__name__)


class EmbeddedServer:
    """The PostgreSQL server of one data folder, whichever process started it.

    Attributes:
        data_dir: The app's data folder.
        folder: The server's own folder in it.
        started: Whether this object started the server, so that its owner knows
            whether it is theirs to stop.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        """Name the server; nothing is started or touched.

        Args:
            data_dir: The app's data folder.
            durable: Whether commits reach the disk; only tests say no.

        Raises:
            ConfigurationError: The path has a character that PostgreSQL's own
                programs cannot take.
        """
        self.data_dir = data_dir.expanduser().resolve()
        self.folder = server_folder(data_dir)
        self.started = False
        self._durable = durable
        check_path(self.data_dir)

    @classmethod
    def start_or_attach(
        cls, data_dir: Path, *, durable: bool = True
    ) -> "EmbeddedServer":
        """Return the running server of ``data_dir``, starting it if it is down.

        Safe to call in many processes at once: one starts it, the others attach.

        Raises:
            ConfigurationError: The folder or the machine does not allow it.
            UnavailableError: The server did not come up; its log says why.
        """
        server = cls(data_dir, durable=durable)
        server._ensure_running()
        return server

    def is_running(self) -> bool:
        """Tell whether the server takes connections."""
        found = read_postmaster(self.folder)
        return found is not None and answers(found.socket_folder)

    def pid(self) -> int | None:
        """Return the server's process id, or None if it is down."""
        found = read_postmaster(self.folder)
        if found is None or not is_server_of(found.pid, self.folder):
            return None
        return found.pid

    def restart_if_dead(self) -> bool:
        """Start the server again if it died; return whether that was needed.

        Raises:
            ConfigurationError: The folder or the machine does not allow it.
            UnavailableError: The server did not come up; its log says why.
        """
        if self.is_running():
            return False
        logger.warning("The embedded PostgreSQL is down; starting it again.")
        return self._ensure_running()

    def stop(self) -> None:
        """End the server after its open transactions were rolled back.

        Only who owns the server calls this. Nothing happens if it is down.

        Raises:
            UnavailableError: It did not end in time.
        """
        with self._alone():
            if self.pid() is None:
                return
            for mode in ("fast", "immediate"):
                ended = self._pg_ctl("stop", STOP_SECONDS, "-m", mode)
                if ended:
                    self.started = False
                    return
                logger.warning("PostgreSQL did not stop (%s).", mode)
        raise UnavailableError(
            f"The embedded PostgreSQL in {self.folder} did not stop; look into its "
            "log folder, and end the process whose id is in postmaster.pid."
        )

    def _ensure_running(self) -> bool:
        """Bring the server up under the lock; return whether this call did it."""
        self._make_data_dir()
        with self._alone():
            deadline = time.monotonic() + START_SECONDS
            if self._settle(deadline):
                return False
            account = server_account()
            if not (self.folder / "PG_VERSION").exists():
                initialise(self.folder, account, durable=self._durable)
            check_version(self.folder)
            self._start(account)
            self.started = True
            return True

    def _settle(self, deadline: float) -> bool:
        """Wait until the server is surely up or surely down; return which.

        A server in recovery comes up by itself, one that is stopping goes away. The
        pid file of a server that is gone is removed, or PostgreSQL would refuse to
        start while its number belongs to some other process.
        """
        while (found := read_postmaster(self.folder)) is not None:
            if found.status == "ready" and answers(found.socket_folder):
                return True
            if not self._lives(found):
                logger.warning(
                    "Removing a stale postmaster.pid: process %s is no server of %s.",
                    found.pid,
                    self.folder,
                )
                break
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"The embedded PostgreSQL in {self.folder} is "
                    f"{found.status or 'starting'} for too long; see its log folder."
                )
            time.sleep(0.1)
        self._clear()
        # After kill -9 of the server its children hold the shared memory for a
        # moment, and a new server refuses to start beside them.
        while server_children(self.folder) and time.monotonic() < deadline:
            time.sleep(0.05)
        return False

    def _lives(self, found: Postmaster) -> bool:
        return is_server_of(found.pid, self.folder) or answers(found.socket_folder)

    def _clear(self) -> None:
        """Remove what a server that is gone left: its pid file and its socket's."""
        listens = socket_folder(self.folder)
        if not answers(listens):
            (self.folder / "postmaster.pid").unlink(missing_ok=True)
            (listens / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _start(self, account: ServerAccount) -> None:
        listens = socket_folder(self.folder)
        make_socket_folder(listens, self.folder, account)
        write_settings(self.folder, listens, account, durable=self._durable)
        startup_log = self.folder / "startup.log"
        startup_log.unlink(missing_ok=True)
        if not self._pg_ctl("start", START_SECONDS, "-l", str(startup_log)):
            raise UnavailableError(
                f"The embedded PostgreSQL in {self.folder} did not start "
                f"({free_space(self.data_dir)}): {log_tail(self.folder)}"
            )

    def _pg_ctl(self, verb: str, seconds: float, *more: str) -> bool:
        command = [
            str(programs_folder() / "pg_ctl"),
            *(verb, "--pgdata", str(self.folder), "-w", "-t", str(int(seconds))),
            *more,
        ]
        reaches = [self.folder, socket_folder(self.folder), BINARIES]
        done = server_account().run(command, reaches, seconds + 10)
        return done.returncode == 0

    def _make_data_dir(self) -> None:
        """Make the data folder private; under root the server's account may pass."""
        if self.data_dir.exists():
            return
        self.data_dir.mkdir(parents=True, mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            self.data_dir.chmod(0o711)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from starting or stopping the same server."""
        with (self.data_dir / "postgres.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
