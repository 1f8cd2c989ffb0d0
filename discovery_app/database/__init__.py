"""PostgreSQL, embedded or by address: scopes, migrations, notifications, bulk rows.

Nothing connects, starts a thread or opens a pool at import.
"""

from discovery_app.database.addresses import database_url, owner_url
from discovery_app.database.bulk import stage_frame
from discovery_app.database.checks import verify
from discovery_app.database.embedded import EmbeddedServer
from discovery_app.database.migrations import migrate, prepare
from discovery_app.database.notifications import (
    WORKFLOW_CHANGED,
    WORKFLOW_QUEUED,
    Notification,
    listen,
    wait_for_notification,
)
from discovery_app.database.outages import explain_outages
from discovery_app.database.policies import missing_policies
from discovery_app.database.pool import dispose_engine, engine
from discovery_app.database.sessions import unit_of_work

__all__ = [
    "WORKFLOW_CHANGED",
    "WORKFLOW_QUEUED",
    "EmbeddedServer",
    "Notification",
    "database_url",
    "dispose_engine",
    "engine",
    "explain_outages",
    "listen",
    "migrate",
    "missing_policies",
    "owner_url",
    "prepare",
    "stage_frame",
    "unit_of_work",
    "verify",
    "wait_for_notification",
]
