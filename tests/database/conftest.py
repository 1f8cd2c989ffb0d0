"""Fixtures of the database tests: servers of their own, and a small Alembic tree."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from discovery_app.database import EmbeddedServer

ENV = """
from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
"""

REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade():
    for one in {statements!r}:
        op.execute(one)
"""

WAREHOUSE = """
CREATE TABLE things (
    id integer PRIMARY KEY,
    engagement_id uuid NOT NULL,
    client_account_id uuid NOT NULL,
    name text NOT NULL
);
ALTER TABLE things ENABLE ROW LEVEL SECURITY;
ALTER TABLE things FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON things TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY tenant ON things TO discovery_rw
    USING (engagement_id =
        (select nullif(current_setting('app.engagement_id', true), '')::uuid))
    WITH CHECK (engagement_id =
        (select nullif(current_setting('app.engagement_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON things TO discovery_rw;
GRANT SELECT ON alembic_version TO discovery_rw, discovery_auth, discovery_claim;
"""


def write_revision(
    folder: Path, revision: str, down: str | None, *statements: str
) -> None:
    text = REVISION.format(revision=revision, down=down, statements=statements)
    (folder / "versions" / f"{revision}_step.py").write_text(text)


@pytest.fixture
def small_tree(tmp_path: Path) -> Path:
    """An Alembic folder with one tenant table, independent of the app's schema."""
    folder = tmp_path / "alembic"
    (folder / "versions").mkdir(parents=True)
    (folder / "alembic.ini").write_text(
        "[alembic]\nscript_location = %(here)s\npath_separator = os\n"
    )
    (folder / "env.py").write_text(ENV)
    write_revision(folder, "0001", None, WAREHOUSE)
    return folder


@pytest.fixture
def place() -> Iterator[Path]:
    """A short folder for a server; whatever server is left in it is stopped."""
    folder = Path(tempfile.mkdtemp(prefix=f"discovery-tests-{os.getpid()}-"))
    folder.chmod(0o711)
    yield folder
    for lock in folder.rglob("postgres.lock"):
        EmbeddedServer(lock.parent).stop()
    shutil.rmtree(folder)
