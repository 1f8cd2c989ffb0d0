"""Agents' answers by the hash of their question: the assistant's recorder."""

import json
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from discovery_app.domain.access import Scope
from discovery_app.models import AgentAnswer


class AgentAnswerService:
    """Keeps answers, so that a crash or a second run never pays for one twice.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def recall(self, scope: Scope, question_hash: str) -> str | None:
        """Return the answer to a question as JSON, ``None`` if there is none."""
        found = self._session.exec(
            select(AgentAnswer.answer).where(
                AgentAnswer.engagement_id == scope.engagement_id,
                AgentAnswer.prompt_sha256 == question_hash,
            )
        ).one_or_none()
        return None if found is None else json.dumps(found)

    def record(self, scope: Scope, question_hash: str, model: str, answer: str) -> None:
        """Keep ``answer`` (a JSON object); the first one to a question stays."""
        self._session.execute(
            insert(AgentAnswer)
            .values(
                id=_new_id(),
                client_account_id=scope.client_account_id,
                engagement_id=scope.engagement_id,
                prompt_sha256=question_hash,
                model=model,
                answer=json.loads(answer),
            )
            .on_conflict_do_nothing(
                index_elements=[
                    col(AgentAnswer.engagement_id),
                    col(AgentAnswer.prompt_sha256),
                ]
            )
        )


def _new_id() -> sa.ColumnElement[UUID]:
    return sa.func.gen_random_uuid()
