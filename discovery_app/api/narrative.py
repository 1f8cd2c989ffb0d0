"""What is told of an engagement's modernisation in words."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from discovery_app.api.dependencies import EngagementScope
from discovery_app.database import unit_of_work
from discovery_app.domain.narrative import Author, NarrativeView
from discovery_app.services.narratives import NarrativeService

router = APIRouter(tags=["Summary"])


About = Annotated[
    str, Query(max_length=300, description="An application's name; empty for all.")
]


class Narrative(BaseModel):
    """A summary and who wrote it.

    Attributes:
        application: What it is about; empty for the engagement.
        author: ``rules``, ``model`` or ``person``.
        doubts: Names in a model's text that the facts do not have.
        note: Why a model's text is not shown.
        waits: Whether a runner was asked to have a model write.
    """

    application: str
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
def read_narrative(scope: EngagementScope, application: About = "") -> Narrative:
    """Return the summary: a person's, a model's that still holds, or the rules'."""
    with unit_of_work(scope) as session:
        return _item(NarrativeService(session).view(scope, _key(application)))


@router.put("/engagements/{engagement_id}/narrative")
def override_narrative(
    scope: EngagementScope, body: Words, application: About = ""
) -> Narrative:
    """Show a person's words instead; later runs keep them."""
    with unit_of_work(scope) as session:
        service = NarrativeService(session)
        about = _key(application)
        return _item(service.override(scope, body.text, body.reason, about))


@router.post("/engagements/{engagement_id}/narrative/write", status_code=202)
def ask_for_narrative(scope: EngagementScope, application: About = "") -> Narrative:
    """Have a model write it; a runner does that within seconds."""
    with unit_of_work(scope) as session:
        service = NarrativeService(session)
        service.ask(scope, _key(application))
        return _item(service.view(scope, _key(application)))


def _key(application: str) -> str:
    return application.strip().lower()


def _item(view: NarrativeView) -> Narrative:
    return Narrative(
        application=view.application,
        author=view.author,
        **view.text.model_dump(),
        model=view.model,
        by=view.by,
        at=view.at,
        doubts=list(view.doubts),
        note=view.note,
        waits=view.waits,
    )
