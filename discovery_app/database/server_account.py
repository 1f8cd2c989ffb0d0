"""Which operating system account runs the embedded server, and how.

PostgreSQL refuses to run as root. Under root its programs run as a system account
of their own; nobody's folders are opened for that: where the account cannot enter a
folder above the data (``/root`` is private), the server gets the one right to pass
folder permissions instead.
"""

import logging
import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from discovery_app.errors import ConfigurationError, UnavailableError

SYSTEM_ACCOUNT = "pgserver"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServerAccount:
    """Who runs the server's programs.

    Attributes:
        uid: Owner of the server's files.
        switches: Whether this process is root and has to become that account.
    """

    uid: int
    gid: int
    switches: bool

    def give(self, path: Path) -> None:
        """Make the account the owner of ``path``."""
        if self.switches:
            os.chown(path, self.uid, self.gid)

    def run(
        self, command: Sequence[str], reaches: Sequence[Path], seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the account.

        Args:
            command: The program's path and its arguments.
            reaches: Folders that the program has to enter.
            seconds: How long it may take.

        Raises:
            ConfigurationError: The account cannot enter one of the folders, and this
                process may not let it.
            UnavailableError: It took longer.
        """
        try:
            return self._run(command, reaches, seconds)
        except subprocess.TimeoutExpired as error:
            raise UnavailableError(
                f"{Path(command[0]).name} did not end within {seconds:.0f} s; look at "
                "the load of the machine and at the server's log folder."
            ) from error

    def _run(
        self, command: Sequence[str], reaches: Sequence[Path], seconds: float
    ) -> subprocess.CompletedProcess[str]:
        if not self.switches:
            return _run(command, seconds)
        closed = next((at for at in map(self._closed, reaches) if at), None)
        if closed is None:
            return _run(command, seconds, uid=self.uid, gid=self.gid)
        return _run([*self._passing(closed), *command], seconds)

    def _closed(self, path: Path) -> Path | None:
        """Return the first folder above ``path`` that the account cannot enter."""
        for folder in reversed(path.resolve().parents):
            facts = folder.stat()
            if facts.st_uid == self.uid:
                needed = 0o100
            elif facts.st_gid == self.gid:
                needed = 0o010
            else:
                needed = 0o001
            if not facts.st_mode & needed:
                return folder
        return None

    def _passing(self, closed: Path) -> list[str]:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise ConfigurationError(
                f"The embedded PostgreSQL cannot enter {closed}, which is private; "
                "move the project and DISCOVERY_DATA_DIR to a folder that others may "
                "enter, such as /srv, run as an ordinary user, or set DATABASE_URL."
            )
        _warn_of(closed)
        return [
            setpriv,
            f"--reuid={self.uid}",
            f"--regid={self.gid}",
            "--clear-groups",
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override",
            "--",
        ]


@lru_cache
def _warn_of(closed: Path) -> None:
    """Say so once a process."""
    logger.warning(
        "%s is private: the embedded PostgreSQL runs with the right to pass "
        "folder permissions. Run as an ordinary user to avoid that.",
        closed,
    )


def server_account() -> ServerAccount:
    """Return the account for this process, making the system's if root has none."""
    if os.geteuid() != 0:
        return ServerAccount(os.geteuid(), os.getegid(), switches=False)
    entry = _entry() or _make()
    return ServerAccount(entry.pw_uid, entry.pw_gid, switches=True)


def _entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        return None


def _make() -> pwd.struct_passwd:
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--user-group", "--no-create-home"]
    with suppress(FileNotFoundError):
        _run([*command, "--shell", "/usr/sbin/nologin", SYSTEM_ACCOUNT], 30)
    entry = _entry()  # Another process may have made it in between.
    if entry is None:
        raise ConfigurationError(
            "PostgreSQL does not run as root, and the system account "
            f"{SYSTEM_ACCOUNT} could not be made; run as an ordinary user, or set "
            "DATABASE_URL to a server of your own."
        )
    return entry


def _run(
    command: Sequence[str],
    seconds: float,
    *,
    uid: int | None = None,
    gid: int | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  Fixed programs, no shell.
        list(command),
        cwd="/",
        env=_environment(),
        user=uid,
        group=gid,
        extra_groups=[] if uid is not None else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
    )


def _environment() -> Mapping[str, str]:
    """Return our environment without what would steer PostgreSQL's programs."""
    kept = {key: text for key, text in os.environ.items() if not key.startswith("PG")}
    return kept | {"LC_ALL": "C"}
