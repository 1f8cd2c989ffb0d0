"""The base of every table, and the column types they share."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Json = JSONB(none_as_null=True)
TextList = ARRAY(sa.Text)
NOW = sa.text("now()")
EMPTY_OBJECT = sa.text("'{}'::jsonb")


class Table(SQLModel):
    """What every table shares: its name.

    Importing this module also sets the naming convention above before any table
    is declared: a constraint declared earlier would have no name, and Alembic
    could not drop it.
    """

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805  # pyright: ignore
        """Return the class name in snake case, with an ``s``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower() + "s"


class GlobalTable(Table):
    """A row that belongs to no engagement: people, companies, workers."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)


class TenantTable(Table):
    """A row that belongs to one engagement of one client account.

    The engagement is part of the key, so that a foreign key can never point
    into another tenant's rows.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    engagement_id: UUID = Field(primary_key=True)
    client_account_id: UUID = Field(nullable=False)


def tenant_keys(*parents: tuple[str, str], cascade: bool = True) -> tuple[Any, ...]:
    """Return the foreign keys of a tenant table.

    Args:
        parents: Pairs of (own column, parent table); the engagement goes with each.
        cascade: Whether rows go with their parents.
    """
    ondelete = "CASCADE" if cascade else None
    own = sa.ForeignKeyConstraint(
        ["client_account_id", "engagement_id"],
        ["engagements.client_account_id", "engagements.id"],
    )
    others = [
        sa.ForeignKeyConstraint(
            [column, "engagement_id"],
            [f"{table}.id", f"{table}.engagement_id"],
            ondelete=ondelete,
        )
        for column, table in parents
    ]
    return (own, *others)


def time_field(*, now: bool = False, index: bool = False) -> Any:
    """Return an aware UTC time column; ``now`` fills it by the database's clock."""
    return Field(
        default=None,
        nullable=not now,
        index=index,
        sa_type=sa.DateTime(timezone=True),
        sa_column_kwargs={"server_default": NOW} if now else {},
    )


def json_field() -> Any:
    """Return a JSON object column, empty by default."""
    return Field(
        default_factory=dict,
        sa_type=Json,
        nullable=False,
        sa_column_kwargs={"server_default": EMPTY_OBJECT},
    )


def text_field(default: str | None = "") -> Any:
    """Return an unlimited text column; ``None`` as default makes it nullable."""
    return Field(default=default, sa_type=sa.Text, nullable=default is None)


def text_enum(members: type[StrEnum]) -> Any:
    """Return a column type that stores a member's value as text of up to 30."""
    return sa.Enum(
        members,
        native_enum=False,
        create_constraint=False,
        length=30,
        values_callable=lambda enum: [member.value for member in enum],
    )


Moment = datetime | None
"""A time that the database fills or that may not have come yet."""
