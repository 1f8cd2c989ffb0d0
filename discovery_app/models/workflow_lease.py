"""The ``workflow_leases`` table."""

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import Moment, TenantTable, tenant_keys, time_field


class WorkflowLease(TenantTable, table=True):
    """Who may run a workflow and until when; its ``id`` is the workflow's.

    Only ``services.workflow_state`` writes this table. It holds ids and times
    and no contents, because workers read it across tenants.

    Attributes:
        runnable: Whether a worker may take it once ``run_after`` has passed.
        attempt: Claims since the last committed phase.
        fence: Grows with each claim and never goes down.
        owner: The worker that holds it; empty if none does.
        cancel_requested: The phase stops at its next report.
        pause_requested: The workflow stops after the phase that runs.
    """

    __table_args__ = (
        *tenant_keys(("id", "workflow_states")),
        sa.Index(
            "ix_workflow_leases_due",
            sa.text("priority DESC"),
            "run_after",
            postgresql_where=sa.text("runnable"),
        ),
        sa.Index(
            "ix_workflow_leases_held",
            "lease_until",
            postgresql_where=sa.text("owner <> ''"),
        ),
    )

    runnable: bool = True
    priority: int = 0
    run_after: Moment = time_field(now=True)
    attempt: int = 0
    max_attempts: int = 5
    fence: int = Field(default=0, sa_type=sa.BigInteger)
    owner: str = Field(default="", max_length=200)
    lease_until: Moment = time_field()
    cancel_requested: bool = False
    pause_requested: bool = False
