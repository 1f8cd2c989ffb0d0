"""Run migrations as the owner of the database of ``discovery_app.config``."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import AutoString, SQLModel

import discovery_app.models  # noqa: F401  Registers every table.
from discovery_app.database.addresses import owner_url
from discovery_app.database.pool import single_use_engine


def migrate(connection: sa.Connection) -> None:
    """Bring the database behind ``connection`` to the wanted revision."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_item=render_plain_type,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def render_plain_type(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write the app's column types as SQLAlchemy's own.

    A migration then imports nothing from the app, and still runs after the app
    has changed.
    """
    if kind == "type" and isinstance(item, (AutoString, sa.Enum)):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with single_use_engine(owner_url()).connect() as opened:
        migrate(opened)
