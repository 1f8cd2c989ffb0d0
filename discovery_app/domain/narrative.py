"""What is told of an engagement's modernisation in words, and who says so."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Counted = tuple[tuple[str, int], ...]
"""Words with how many there are of each, the most first."""


@dataclass(frozen=True)
class NarrativeFacts:
    """All that a narrative may speak of; nothing else is known to who writes it.

    Attributes:
        application: The one it is all about; empty for the whole engagement.
        as_of: The day of the verdicts.
        treatments: What holds, by assets in scope.
        support: Support states, by products on assets in scope.
        ended: Products past their support with their cycle, by assets; the most
            frequent few.
        quarters: Products that fall due, by the quarters to come.
        overridden: Assets for which a person decided otherwise than the rules.
        readiness_percent: 0–100; ``None`` before there is any.
        gaps: What would raise the readiness most, and how much of it is missing, in
            percent.
        data: The newest end-of-life data.
    """

    as_of: date
    assets: int
    in_scope: int
    applications: int
    dependencies: int
    treatments: Counted
    support: Counted
    ended: Counted
    quarters: Counted
    overridden: int
    readiness_percent: float | None
    gaps: Counted
    data: str
    application: str = ""

    def as_json(self) -> str:
        """Return the facts as the text that is asked about and checked against."""
        content = asdict(self)
        if not self.application:
            del content["application"]
        return json.dumps(content, default=str, indent=1)

    @property
    def sha256(self) -> str:
        """Return what changes whenever a fact does."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()


Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=900)]
Point = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class NarrativeText(BaseModel):
    """A narrative in its parts, so that a page need not guess at a structure."""

    model_config = ConfigDict(frozen=True)

    headline: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    paragraphs: list[Paragraph] = Field(min_length=1, max_length=5)
    risks: list[Point] = Field(default_factory=list, max_length=6)
    next_steps: list[Point] = Field(default_factory=list, max_length=6)

    def whole(self) -> str:
        """Return every sentence, one part a line."""
        return "\n".join(
            (self.headline, *self.paragraphs, *self.risks, *self.next_steps)
        )

    @classmethod
    def of(cls, content: Any) -> "NarrativeText":
        """Read what was stored."""
        return cls.model_validate(content)


class Author(StrEnum):
    """Who wrote what is shown."""

    RULES = "rules"
    MODEL = "model"
    PERSON = "person"


@dataclass(frozen=True)
class NarrativeView:
    """What is told, by whom, and how far it can be trusted.

    Attributes:
        text: By rules or by a model; its paragraphs are one where a person wrote.
        model: The model's name, where it wrote.
        at: When it was written; ``None`` for the rules, who write when it is read.
        doubts: Names in a model's text that the facts do not have.
        note: Why a model's text is not shown; empty if there is nothing to say.
        reason: A person's, for their own words.
        application: What it is about; empty for the engagement.
        waits: Whether a runner was asked to have it written.
        may_ask: Whether there is a model to ask.
    """

    text: NarrativeText
    author: Author
    model: str = ""
    by: str = ""
    at: datetime | None = None
    doubts: tuple[str, ...] = ()
    note: str = ""
    reason: str = ""
    application: str = ""
    waits: bool = False
    may_ask: bool = False
