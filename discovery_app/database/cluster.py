"""The folder of the embedded server: where it lies, how it is made, what it is."""

import hashlib
import os
import shutil
import stat
from pathlib import Path

from discovery_app.database.server_account import ServerAccount
from discovery_app.database.server_files import (
    BINARIES,
    MAJOR_VERSION,
    add_settings,
    programs_folder,
)
from discovery_app.errors import ConfigurationError, UnavailableError

INIT_SECONDS = 120.0
_SOCKET_PATH_LIMIT = 100
"""Linux takes 107 bytes and macOS 103, the socket's name included."""


def server_folder(data_dir: Path) -> Path:
    """Return where the server under ``data_dir`` keeps its files."""
    return data_dir.expanduser().resolve() / "postgres"


def socket_folder(folder: Path) -> Path:
    """Return where the server in ``folder`` listens.

    That is the folder itself, and for a path that is too long for a socket a private
    folder in ``/tmp``, named after it (not ``$TMPDIR``, which differs between the
    processes that have to meet there).
    """
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= _SOCKET_PATH_LIMIT:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path("/tmp") / f"discovery-{digest}"  # noqa: S108  Checked before use.


def check_path(path: Path) -> None:
    """Check that PostgreSQL's programs and settings can name ``path``.

    Raises:
        ConfigurationError: They cannot.
    """
    text = str(path)
    if any(letter.isspace() or letter in "'\"\\," for letter in text):
        raise ConfigurationError(
            f"The embedded PostgreSQL cannot keep its data in {text!r}, because the "
            "path has a space, a quote, a comma or a backslash; set "
            "DISCOVERY_DATA_DIR to a path without."
        )


def initialise(folder: Path, account: ServerAccount, *, durable: bool) -> None:
    """Make an empty cluster beside ``folder`` and move it there when it is whole.

    Raises:
        UnavailableError: ``initdb`` failed; its words are in the message.
    """
    draft = folder.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.give(draft)
    command = [
        str(programs_folder() / "initdb"),
        *("--pgdata", str(draft), "--username", "postgres"),
        *("--auth-local", "trust", "--auth-host", "reject", "--encoding", "UTF8"),
        # Sorts the same on every machine, whatever its C library.
        *("--locale", "C", "--locale-provider", "builtin"),
        *("--builtin-locale", "C.UTF-8"),
    ]
    if not durable:
        command.append("--no-sync")
    done = account.run(command, [draft, BINARIES], INIT_SECONDS)
    if done.returncode != 0:
        raise UnavailableError(
            f"PostgreSQL could not set up {folder} ({free_space(folder.parent)}): "
            f"{done.stdout.strip()[-600:]}"
        )
    add_settings(draft)
    draft.rename(folder)


def check_version(folder: Path) -> None:
    """Check that the binaries can read ``folder``.

    Raises:
        ConfigurationError: Another major version made it.
    """
    found = (folder / "PG_VERSION").read_text().strip()
    if found != str(MAJOR_VERSION):
        raise ConfigurationError(
            f"The database in {folder} was made by PostgreSQL {found}, and "
            f"this app brings {MAJOR_VERSION}; dump it with the older app and "
            "load it into a new data folder."
        )


def make_socket_folder(listens: Path, folder: Path, account: ServerAccount) -> None:
    """Make ``listens`` private to the server, where it is not the cluster itself.

    Raises:
        ConfigurationError: Someone else has made it before.
    """
    if listens == folder:
        return
    try:
        listens.mkdir(mode=0o700)
        account.give(listens)
    except FileExistsError:
        pass
    facts = listens.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != account.uid:
        raise ConfigurationError(
            f"{listens} belongs to someone else; remove it, or set "
            "DISCOVERY_DATA_DIR to a shorter path."
        )


def free_space(folder: Path) -> str:
    """Say how full the disk is; the first question when a server does not start."""
    return f"{shutil.disk_usage(folder).free // 2**20} MB of disk are free"
