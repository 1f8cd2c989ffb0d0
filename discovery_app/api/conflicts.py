"""Conflicts between sources, and what people decide about them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from discovery_app.api.dependencies import EngagementScope
from discovery_app.database import unit_of_work
from discovery_app.domain.inventory import MOST_ROWS, PAGE_SIZE, ConflictView
from discovery_app.services.conflicts import ConflictFilter, ConflictService

router = APIRouter(tags=["Conflicts"])


class Conflicts(BaseModel):
    """One page of open conflicts, by field and asset name."""

    total: int
    items: list[ConflictView]


class Decide(BaseModel):
    """Whether what the inventory says is right, or what was offered."""

    model_config = ConfigDict(extra="forbid")

    keep: bool


class DecideBySource(BaseModel):
    """Which source is right, for all fields or one.

    Attributes:
        expected: How many conflicts the caller saw; 409 if there are others now.
    """

    model_config = ConfigDict(extra="forbid")

    source: str
    field: str = ""
    expected: int


class Decided(BaseModel):
    """How many conflicts were decided."""

    decided: int


@router.get("/engagements/{engagement_id}/conflicts")
def list_conflicts(
    scope: EngagementScope,
    field: str = "",
    source: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = PAGE_SIZE,
) -> Conflicts:
    """List open conflicts, with source and time of both sides."""
    chosen = ConflictFilter(field, source, q)
    with unit_of_work(scope) as session:
        service = ConflictService(session)
        return Conflicts(
            total=service.count(scope, chosen),
            items=list(service.page(scope, chosen, offset=offset, limit=limit)),
        )


@router.post("/engagements/{engagement_id}/conflicts/{conflict_id}/decide")
def decide(scope: EngagementScope, conflict_id: UUID, body: Decide) -> Decided:
    """Decide one conflict; later imports keep it."""
    with unit_of_work(scope) as session:
        ConflictService(session).resolve(scope, conflict_id, keep=body.keep)
    return Decided(decided=1)


@router.post("/engagements/{engagement_id}/conflicts/decide")
def decide_by_source(scope: EngagementScope, body: DecideBySource) -> Decided:
    """Decide every open conflict that a source is a side of for what it says."""
    with unit_of_work(scope) as session:
        decided = ConflictService(session).resolve_by_source(
            scope, body.source, field=body.field, expected=body.expected
        )
    return Decided(decided=decided)
