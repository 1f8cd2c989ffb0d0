"""What is told of an engagement, or of one application, in words, and by whom."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from discovery_app.agents.narrative import Written, plain_narrative
from discovery_app.config import settings
from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.engagement_request import RequestKind
from discovery_app.domain.narrative import (
    Author,
    NarrativeFacts,
    NarrativeText,
    NarrativeView,
)
from discovery_app.errors import InvalidInputError
from discovery_app.services.audit import AuditService, require_reason
from discovery_app.services.engagement_requests import EngagementRequestService
from discovery_app.services.narrative_facts import NarrativeFactService
from discovery_app.services.tables import NARRATIVES, REQUESTS, WORKFLOWS

_LONGEST: Final = 10_000


class NarrativeService:
    """Keeps texts, and asks runners for a model's.

    What is told is about the whole engagement, or about the application whose key is
    given: its trimmed name in lower case. One instance serves one unit of work. It
    flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._facts = NarrativeFactService(session)
        self._requests = EngagementRequestService(session)

    def view(self, scope: Scope, application: str = "") -> NarrativeView:
        """Return what is told now: a person's words, a model's if they still hold.

        Raises:
            NotFoundError: No asset names such an application.
        """
        facts = self._facts.facts(scope, application)
        asked = self._requests.view(scope, RequestKind.NARRATIVE, application)
        return replace(
            _shown(self._row(scope, application), facts),
            application=facts.application,
            waits=asked is not None and asked.is_open,
            may_ask=bool(settings().llm_model),
        )

    def mark(self, scope: Scope) -> tuple[datetime | None, ...]:
        """Return what changes when somebody wrote, decided or asked."""
        scope.require(Permission.VIEW)
        mine = scope.engagement_id
        found = [
            sa.select(sa.func.max(column))
            .where(column.table.c.engagement_id == mine)
            .scalar_subquery()
            for column in (
                NARRATIVES.c.written_at,
                NARRATIVES.c.override_at,
                REQUESTS.c.asked_at,
                REQUESTS.c.finished_at,
            )
        ]
        return tuple(self._session.execute(sa.select(*found)).one())

    def ask(self, scope: Scope, application: str = "") -> None:
        """Have a runner let the model write.

        Raises:
            NotPermittedError: The role may not.
            NotFoundError: No asset names such an application.
            InvalidInputError: There is no model.
        """
        scope.require(Permission.EVALUATE_AGAIN)
        if not settings().llm_model:
            raise InvalidInputError(
                "No language model is set up; the summary by rules is shown."
            )
        if application:
            self._facts.application_name(scope, application)
        self._requests.ask(scope, RequestKind.NARRATIVE, application)

    def ask_for_import(self, scope: Scope, session_id: UUID) -> None:
        """Have a runner let the model write, within the import's own limits."""
        workflow_id = (
            sa.select(WORKFLOWS.c.id)
            .where(
                WORKFLOWS.c.session_id == session_id,
                WORKFLOWS.c.engagement_id == scope.engagement_id,
            )
            .limit(1)
            .scalar_subquery()
        )
        self._requests.ask(scope, RequestKind.NARRATIVE, workflow_id=workflow_id)

    def facts(self, scope: Scope, application: str = "") -> NarrativeFacts:
        """Return all that may be told; see ``NarrativeFactService``."""
        return self._facts.facts(scope, application)

    def keep(
        self,
        scope: Scope,
        application: str,
        facts: NarrativeFacts,
        written: Written,
        model: str,
    ) -> None:
        """Keep what a model wrote about ``facts``; a person's words stay."""
        values = {
            "facts_sha256": facts.sha256,
            "answer": written.text.model_dump() if written.text else {},
            "model": model[:200],
            "refused": written.refused,
            "doubts": list(written.doubts),
            "written_at": sa.func.clock_timestamp(),
        }
        self._write(scope, application, values)

    def override(
        self, scope: Scope, words: str, reason: str, application: str = ""
    ) -> NarrativeView:
        """Show a person's words instead; empty words let the others speak again.

        Raises:
            NotPermittedError: The role may not override advice.
            NotFoundError: No asset names such an application.
            InvalidInputError: The words are too long, or no reason is given.
        """
        scope.require(Permission.OVERRIDE_DECISIONS)
        why = require_reason(reason)
        text = words.strip()
        if len(text) > _LONGEST:
            raise InvalidInputError(
                f"The summary may have {_LONGEST:,} characters; shorten it."
            )
        about = "modernisation summary"
        if application:
            about += f" of {self._facts.application_name(scope, application)}"
        given = bool(text)
        self._write(
            scope,
            application,
            {
                "override": text or None,
                "override_reason": why if given else None,
                "override_by": scope.actor if given else None,
                "override_at": sa.func.clock_timestamp() if given else None,
            },
        )
        AuditService(self._session).record(
            scope,
            "narrative_overridden" if given else "narrative_override_withdrawn",
            about,
            why,
        )
        return self.view(scope, application)

    def _write(self, scope: Scope, application: str, values: dict[str, object]) -> None:
        empty = {"facts_sha256": "", "model": "", "refused": "", "doubts": []}
        self._session.execute(
            insert(NARRATIVES)
            .values(
                id=sa.func.gen_random_uuid(),
                client_account_id=scope.client_account_id,
                engagement_id=scope.engagement_id,
                subject=application,
                **{**empty, **values},
            )
            .on_conflict_do_update(
                index_elements=["engagement_id", "subject"], set_=values
            )
        )

    def _row(self, scope: Scope, application: str) -> sa.RowMapping | None:
        return (
            self._session.execute(
                sa.select(NARRATIVES).where(
                    NARRATIVES.c.engagement_id == scope.engagement_id,
                    NARRATIVES.c.subject == application,
                )
            )
            .mappings()
            .one_or_none()
        )


def _by_hand(words: str) -> NarrativeText:
    """Return a person's words, which are bounded by characters alone."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return NarrativeText.model_construct(
        headline=lines[0], paragraphs=lines[1:], risks=[], next_steps=[]
    )


def _shown(row: sa.RowMapping | None, facts: NarrativeFacts) -> NarrativeView:
    """Return a person's words, else a model's that still hold, else the rules'."""
    if row is not None and row["override"]:
        return NarrativeView(
            text=_by_hand(row["override"]),
            author=Author.PERSON,
            by=row["override_by"] or "",
            at=row["override_at"],
            reason=row["override_reason"] or "",
        )
    if row is not None and row["answer"] and row["facts_sha256"] == facts.sha256:
        return NarrativeView(
            text=NarrativeText.of(row["answer"]),
            author=Author.MODEL,
            model=row["model"],
            at=row["written_at"],
            doubts=tuple(row["doubts"]),
        )
    return NarrativeView(
        text=plain_narrative(facts), author=Author.RULES, note=_why_rules(row, facts)
    )


def _why_rules(row: sa.RowMapping | None, facts: NarrativeFacts) -> str:
    if row is None or not row["model"]:
        return ""
    if row["facts_sha256"] != facts.sha256:
        return "The inventory changed since the model wrote, so the rules speak."
    return row["refused"]
