"""A durable PostgreSQL of the benchmark's own, with a tenant in it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from discovery_app.config import settings
from discovery_app.database import EmbeddedServer, dispose_engine, migrate, unit_of_work
from discovery_app.domain.access import AccountScope, Scope
from discovery_app.services.engagements import EngagementService
from discovery_app.storage import object_store


@contextmanager
def own_server() -> Iterator[EmbeddedServer]:
    """Run a server in a temporary folder, with ``fsync`` on, and remove it after."""
    folder = Path(tempfile.mkdtemp(prefix="discovery-bench-"))
    folder.chmod(0o711)
    os.environ["DISCOVERY_DATA_DIR"] = str(folder / "data")
    os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"] = ""
    settings.cache_clear()
    object_store.cache_clear()
    server = EmbeddedServer.start_or_attach(settings().data_dir)
    try:
        migrate()
        yield server
    finally:
        dispose_engine()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def tenant(name: str) -> Scope:
    """Return the scope on a new engagement called ``name``."""
    with unit_of_work(AccountScope()) as session:
        return EngagementService(session).scope_for_operator(
            "Bench", name, create=True, actor="bench"
        )
