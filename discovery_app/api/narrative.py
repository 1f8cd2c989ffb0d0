"""What is told of an engagement's modernisation in words."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from discovery_app.api.dependencies import EngagementScope
from discovery_app.database import unit_of_work
from discovery_app.domain.narrative import Author, NarrativeView
from discovery_app.services.narratives import NarrativeService

router = APIRouter(tags=["Summary"])


class Narrative(BaseModel):
    """A summary and who wrote it.

    Attributes:
        author: ``rules``, ``model`` or ``person``.
        doubts: Names in a model's text that the facts do not have.
        note: Why a model's text is not shown.
        waits: Whether a runner was asked to have a model write.
    """

    author: Author
    headline: str
    paragraphs: list[str]
    risks: list[str]
    next_steps: list[str]
    model: str
    by: str
    at: datetime | None
    doubts: list[str]
    note: str
    waits: bool


class Words(BaseModel):
    """A person's words; empty ones take an earlier override back."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=20_000)
    reason: str = Field(default="", max_length=1_000)


@router.get("/engagements/{engagement_id}/narrative")
def read_narrative(scope: EngagementScope) -> Narrative:
    """Return the summary: a person's, a model's that still holds, or the rules'."""
    with unit_of_work(scope) as session:
        return _item(NarrativeService(session).view(scope))


@router.put("/engagements/{engagement_id}/narrative")
def override_narrative(scope: EngagementScope, body: Words) -> Narrative:
    """Show a person's words instead; later runs keep them."""
    with unit_of_work(scope) as session:
        return _item(NarrativeService(session).override(scope, body.text, body.reason))


@router.post("/engagements/{engagement_id}/narrative/write", status_code=202)
def ask_for_narrative(scope: EngagementScope) -> Narrative:
    """Have a model write it; a runner does that within seconds."""
    with unit_of_work(scope) as session:
        service = NarrativeService(session)
        service.ask(scope)
        return _item(service.view(scope))


def _item(view: NarrativeView) -> Narrative:
    return Narrative(
        author=view.author,
        **view.text.model_dump(),
        model=view.model,
        by=view.by,
        at=view.at,
        doubts=list(view.doubts),
        note=view.note,
        waits=view.waits,
    )
