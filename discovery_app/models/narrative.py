"""The ``narratives`` table."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import (
    Moment,
    TenantTable,
    TextList,
    json_field,
    tenant_keys,
    text_field,
    time_field,
)


class Narrative(TenantTable, table=True):
    """What a model wrote about an engagement, and a person's words over it.

    Attributes:
        subject: The key of the application it is about; empty for the engagement.
        facts_sha256: The facts it was written from and checked against.
        answer: Headline, paragraphs, risks and next steps; empty if it was refused.
        refused: Why the model's text does not stand; empty if it does.
        doubts: Names in it that the facts do not have.
        override: What a person wrote instead; survives later runs.
    """

    __table_args__ = (*tenant_keys(), sa.UniqueConstraint("engagement_id", "subject"))

    subject: str = Field(default="", max_length=300)
    facts_sha256: str = Field(default="", max_length=64)
    answer: dict[str, Any] = json_field()
    model: str = Field(default="", max_length=200)
    refused: str = text_field()
    doubts: list[str] = Field(default_factory=list, sa_type=TextList)
    written_at: Moment = time_field()
    override: str | None = text_field(None)
    override_reason: str | None = text_field(None)
    override_by: str | None = Field(default=None, max_length=200)
    override_at: Moment = time_field()
