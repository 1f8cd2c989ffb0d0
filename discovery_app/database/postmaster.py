"""What ``postmaster.pid`` says, and whether it is true.

PostgreSQL writes the file at its start and removes it at its end. After ``kill -9`` or
a crash it stays, and its process id may by then belong to anyone.
"""

import socket
from dataclasses import dataclass
from pathlib import Path

import psutil

PORT = 5432
"""Only names the socket file; the server listens on no network."""


@dataclass(frozen=True)
class Postmaster:
    """The server that a data folder speaks of.

    Attributes:
        pid: As written; not yet checked.
        socket_folder: Where it listens.
        status: ``ready`` once it takes connections, ``stopping`` at its end.
    """

    pid: int
    socket_folder: Path
    status: str


def read_postmaster(folder: Path) -> Postmaster | None:
    """Return what ``folder`` says about its server, or None if it says nothing whole.

    The format is PostgreSQL's (``miscadmin.h``, LOCK_FILE_LINE_…); a server that is
    just starting has written only the first lines.
    """
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
        pid = abs(int(lines[0]))
    except (FileNotFoundError, IndexError, ValueError):
        return None
    at = lines[4].strip() if len(lines) > 4 else ""
    status = lines[7].strip() if len(lines) > 7 else "starting"
    return Postmaster(pid, Path(at), status)


def is_server_of(pid: int, folder: Path) -> bool:
    """Tell whether process ``pid`` is a PostgreSQL server with ``folder`` as its -D."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        words = process.cmdline()
        name = process.name()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    if not name.startswith("postgres") or "-D" not in words[:-1]:
        return False
    given = Path(words[words.index("-D") + 1])
    return given.resolve() == folder.resolve()


def server_children(folder: Path) -> list[int]:
    """Return the PostgreSQL processes that still work in ``folder``."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name().startswith("postgres") and (
                Path(process.cwd()) == folder
            ):
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def answers(socket_folder: Path) -> bool:
    """Tell whether some server takes connections on the socket in ``socket_folder``.

    A server in another container shares the folder but not our process ids; its
    socket still answers, and then its files must not be touched.
    """
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(2)
    try:
        client.connect(str(socket_folder / f".s.PGSQL.{PORT}"))
    except OSError:
        return False
    else:
        return True
    finally:
        client.close()
