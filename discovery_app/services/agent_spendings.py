"""What agents may still be asked for one workflow, whoever runs it next."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope

_RESERVE = sa.text(
    """
    INSERT INTO agent_spendings AS spent (
        id, engagement_id, client_account_id, subject_id, questions, tokens, seconds)
    SELECT gen_random_uuid(), :engagement_id, :client_account_id, :subject_id,
        1, :tokens, 0
    WHERE :tokens <= :most_tokens
    ON CONFLICT (engagement_id, subject_id) DO UPDATE
    SET questions = spent.questions + 1, tokens = spent.tokens + excluded.tokens,
        changed_at = clock_timestamp()
    WHERE spent.tokens + excluded.tokens <= :most_tokens
      AND spent.seconds < :most_seconds
    RETURNING id
    """
)
_SPENT = sa.text(
    """
    UPDATE agent_spendings SET seconds = seconds + :seconds
    WHERE engagement_id = :engagement_id AND subject_id = :subject_id
    """
)


@dataclass(frozen=True)
class Spending:
    """What was spent; ``tokens`` are estimated before each question."""

    questions: int = 0
    tokens: int = 0
    seconds: float = 0.0


class AgentSpendingService:
    """Keeps count, so that a crash or a second run gets no new budget.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def reserve(
        self,
        scope: Scope,
        subject_id: UUID,
        tokens: int,
        *,
        most_tokens: int,
        most_seconds: float,
    ) -> bool:
        """Take ``tokens`` before a question; false if a limit is reached."""
        found = self._session.execute(
            _RESERVE,
            {
                **_of(scope, subject_id),
                "client_account_id": scope.client_account_id,
                "tokens": tokens,
                "most_tokens": most_tokens,
                "most_seconds": most_seconds,
            },
        )
        return found.first() is not None

    def spent(self, scope: Scope, subject_id: UUID, seconds: float) -> None:
        """Note how long a question took."""
        self._session.execute(_SPENT, {**_of(scope, subject_id), "seconds": seconds})

    def spending(self, scope: Scope, subject_id: UUID) -> Spending:
        """Return what was spent on a workflow."""
        row = self._session.execute(
            sa.text(
                "SELECT questions, tokens, seconds FROM agent_spendings "
                "WHERE engagement_id = :engagement_id AND subject_id = :subject_id"
            ),
            _of(scope, subject_id),
        ).one_or_none()
        return Spending() if row is None else Spending(*row)


def _of(scope: Scope, subject_id: UUID) -> dict[str, UUID]:
    return {"engagement_id": scope.engagement_id, "subject_id": subject_id}
