"""Models and migrations agree, and every migration goes down and up again."""

import sqlalchemy as sa
from alembic import command

from discovery_app.database import missing_policies
from discovery_app.database.migrations import alembic_config, migrate


def tables(database):
    with database.as_owner() as connection:
        return set(sa.inspect(connection).get_table_names())


def test_models_and_migrations_agree(database):
    command.check(alembic_config())


def test_migrations_build_everything_from_nothing(empty_database):
    assert tables(empty_database) == set()
    migrate()
    assert "workflow_states" in tables(empty_database)


def test_migrations_go_down_and_up(database):
    command.downgrade(alembic_config(), "base")
    assert tables(database) <= {"alembic_version"}

    command.upgrade(alembic_config(), "head")

    with database.as_owner() as connection:
        assert missing_policies(connection) == []
    command.check(alembic_config())
