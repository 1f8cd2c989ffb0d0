"""What is told of an engagement in words: the facts, a model's text, a person's."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from discovery_app.agents.narrative import Written, plain_narrative
from discovery_app.config import settings
from discovery_app.domain.access import Permission, Role, Scope, WorkerScope
from discovery_app.domain.inventory import WordCount
from discovery_app.domain.narrative import (
    Author,
    Counted,
    NarrativeFacts,
    NarrativeText,
    NarrativeView,
)
from discovery_app.errors import InvalidInputError
from discovery_app.services.audit import AuditService, require_reason
from discovery_app.services.end_of_life_data import EndOfLifeDataService
from discovery_app.services.modernisation import (
    DecisionFilter,
    FindingFilter,
    ModernisationService,
)
from discovery_app.services.readiness import ReadinessService
from discovery_app.services.summaries import SummaryService
from discovery_app.services.tables import (
    ASSETS,
    FINDINGS,
    NARRATIVES,
    REQUESTS,
    WORKFLOWS,
)

_SHOWN: Final = 6
"""Products, quarters and gaps that a narrative may name; chosen."""

_STATES: Final = {
    "eol_within_12_months": "ending within 12 months",
    "extended_only": "on extended support only",
    "eol": "past support",
    "version_ambiguous": "of unclear version",
    "unknown_product": "of unknown product",
}
"""How a summary names a support state."""

_LONGEST: Final = 10_000
_TAKEN_SECONDS: Final = 300
"""A runner that is silent for longer lost its request; chosen, above any limit of one
question."""

_TAKE: Final = sa.text(
    """
    UPDATE narrative_requests SET taken_at = clock_timestamp()
    WHERE (id, engagement_id) = (
        SELECT id, engagement_id FROM narrative_requests
        WHERE taken_at IS NULL
           OR taken_at < clock_timestamp() - make_interval(secs => :silent)
        ORDER BY asked_at FOR UPDATE SKIP LOCKED LIMIT 1)
    RETURNING client_account_id, engagement_id, workflow_id
    """
)


class NarrativeService:
    """Gathers facts, keeps texts, and takes requests for them.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def facts(self, scope: Scope) -> NarrativeFacts:
        """Return all that a narrative may speak of, as it stands now."""
        scope.require(Permission.VIEW)
        summary = SummaryService(self._session).summary(scope)
        advice = ModernisationService(self._session)
        whole = ReadinessService(self._session).whole(scope) if summary.assets else None
        as_of = advice.as_of(scope)
        in_scope = FindingFilter(in_scope_only=True)
        versions = advice.data_versions(scope)
        return NarrativeFacts(
            as_of=as_of or self._today(),
            assets=summary.assets,
            in_scope=summary.in_scope,
            applications=summary.applications,
            dependencies=summary.dependencies,
            treatments=_counted(advice.by_treatment(scope)),
            support=tuple(
                (_STATES.get(one.word, one.word), one.count)
                for one in advice.by_state(scope, in_scope)
            ),
            ended=self._ended(scope),
            quarters=_coming(advice.by_quarter(scope, in_scope), as_of),
            overridden=advice.count_decisions(scope, DecisionFilter(overridden=True)),
            readiness_percent=whole.percent if whole else None,
            gaps=tuple(
                (gap.label, round(gap.missing_percent)) for gap in whole.gaps[:_SHOWN]
            )
            if whole
            else (),
            data=versions[0]
            if versions
            else str(EndOfLifeDataService(self._session).current().version),
        )

    def view(self, scope: Scope) -> NarrativeView:
        """Return what is told now: a person's words, a model's if they still hold."""
        facts = self.facts(scope)
        mine = REQUESTS.c.engagement_id == scope.engagement_id
        asked = self._session.scalar(sa.select(sa.exists().where(mine)))
        return replace(
            _shown(self._row(scope), facts),
            waits=bool(asked),
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
            )
        ]
        return tuple(self._session.execute(sa.select(*found)).one())

    def ask(self, scope: Scope) -> None:
        """Have a runner let the model write.

        Raises:
            NotPermittedError: The role may not.
            InvalidInputError: There is no model.
        """
        scope.require(Permission.EVALUATE_AGAIN)
        if not settings().llm_model:
            raise InvalidInputError(
                "No language model is set up; the summary by rules is shown."
            )
        self.request(scope, None)

    def request(self, scope: Scope, session_id: UUID | None) -> None:
        """Leave a request to runners; one an engagement is enough.

        Args:
            session_id: The import whose workflow's limits are spent; ``None`` where a
                person asks.
        """
        workflow_id = (
            sa.select(WORKFLOWS.c.id)
            .where(
                WORKFLOWS.c.session_id == session_id,
                WORKFLOWS.c.engagement_id == scope.engagement_id,
            )
            .limit(1)
            .scalar_subquery()
        )
        values = {"workflow_id": workflow_id, "asked_by": scope.actor}
        self._session.execute(
            insert(REQUESTS)
            .values(
                id=sa.func.gen_random_uuid(),
                client_account_id=scope.client_account_id,
                engagement_id=scope.engagement_id,
                **values,
            )
            .on_conflict_do_update(
                index_elements=["engagement_id"],
                set_={**values, "asked_at": sa.func.now(), "taken_at": None},
            )
        )

    def take_request(self, worker: WorkerScope) -> tuple[Scope, UUID | None] | None:
        """Return whose narrative to write next, and for which workflow.

        For a unit of work of a ``WorkerScope``; ``None`` if nobody asked.
        """
        found = self._session.execute(_TAKE, {"silent": _TAKEN_SECONDS}).one_or_none()
        if found is None:
            return None
        scope = Scope(
            actor=f"runner:{worker.worker}",
            role=Role.SYSTEM,
            client_account_id=found.client_account_id,
            engagement_id=found.engagement_id,
        )
        return scope, found.workflow_id

    def keep(
        self, scope: Scope, facts: NarrativeFacts, written: Written, model: str
    ) -> None:
        """Keep what a model wrote about ``facts``, and close the request.

        A person's words stay.
        """
        values = {
            "facts_sha256": facts.sha256,
            "answer": written.text.model_dump() if written.text else {},
            "model": model[:200],
            "refused": written.refused,
            "doubts": list(written.doubts),
            "written_at": sa.func.clock_timestamp(),
        }
        self._write(scope, values)
        self._session.execute(
            sa.delete(REQUESTS).where(
                REQUESTS.c.engagement_id == scope.engagement_id,
                REQUESTS.c.taken_at.is_not(None),
            )
        )

    def override(self, scope: Scope, words: str, reason: str) -> NarrativeView:
        """Show a person's words instead; empty words let the others speak again.

        Raises:
            NotPermittedError: The role may not override advice.
            InvalidInputError: The words are too long, or no reason is given.
        """
        scope.require(Permission.OVERRIDE_DECISIONS)
        why = require_reason(reason)
        text = words.strip()
        if len(text) > _LONGEST:
            raise InvalidInputError(
                f"The summary may have {_LONGEST:,} characters; shorten it."
            )
        given = bool(text)
        self._write(
            scope,
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
            "modernisation summary",
            why,
        )
        return self.view(scope)

    def _write(self, scope: Scope, values: dict[str, object]) -> None:
        empty = {"facts_sha256": "", "model": "", "refused": "", "doubts": []}
        self._session.execute(
            insert(NARRATIVES)
            .values(
                id=sa.func.gen_random_uuid(),
                client_account_id=scope.client_account_id,
                engagement_id=scope.engagement_id,
                **{**empty, **values},
            )
            .on_conflict_do_update(index_elements=["engagement_id"], set_=values)
        )

    def _row(self, scope: Scope) -> sa.RowMapping | None:
        return (
            self._session.execute(
                sa.select(NARRATIVES).where(
                    NARRATIVES.c.engagement_id == scope.engagement_id
                )
            )
            .mappings()
            .one_or_none()
        )

    def _ended(self, scope: Scope) -> Counted:
        """Return the products past their support, by assets in scope."""
        name = sa.func.concat_ws(" ", FINDINGS.c.product, FINDINGS.c.cycle)
        number = sa.func.count(FINDINGS.c.asset_id.distinct())
        rows = self._session.execute(
            sa.select(name, number)
            .join_from(
                FINDINGS,
                ASSETS,
                sa.and_(
                    ASSETS.c.id == FINDINGS.c.asset_id,
                    ASSETS.c.engagement_id == FINDINGS.c.engagement_id,
                ),
            )
            .where(
                FINDINGS.c.engagement_id == scope.engagement_id,
                FINDINGS.c.state.in_(["eol", "extended_only"]),
                ASSETS.c.in_scope,
            )
            .group_by(name)
            .order_by(number.desc(), name)
            .limit(_SHOWN)
        )
        return tuple((product, assets) for product, assets in rows)

    def _today(self) -> date:
        return self._session.execute(sa.select(sa.func.current_date())).scalar_one()


def _counted(words: Iterable[WordCount]) -> Counted:
    return tuple((one.word.replace("_", " "), one.count) for one in words)


def _coming(quarters: Iterable[WordCount], as_of: date | None) -> Counted:
    """Return the quarters from that of ``as_of`` on, in order of time."""
    if as_of is None:
        return ()
    first = f"{as_of.year} Q{(as_of.month + 2) // 3}"
    coming = [(one.word, one.count) for one in quarters if one.word >= first]
    return tuple(coming[:_SHOWN])


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
