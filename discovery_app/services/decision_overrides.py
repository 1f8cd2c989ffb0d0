"""A person's word over the rules' advice."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.inventory import DecisionView
from discovery_app.errors import InvalidInputError, NotFoundError
from discovery_app.services.audit import AuditService
from discovery_app.services.modernisation import ModernisationService
from discovery_app.services.modernisation_filters import DECISIONS_OF_ASSETS
from discovery_app.services.tables import ASSETS, DECISIONS

OVERRIDES: Final = (
    "rehost",
    "replatform",
    "refactor",
    "repurchase",
    "relocate",
    "retire",
    "retain",
    "rebuild",
    "out_of_scope",
)
"""What a person may decide; the reviews and ``insufficient_data`` are questions."""

_REASON_LENGTH: Final = 2_000


class DecisionOverrideService:
    """Records what people decide, and tells it to later runs.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def override(
        self, scope: Scope, asset_id: UUID, treatment: str, reason: str
    ) -> DecisionView:
        """Decide otherwise than the rules; later imports keep it.

        An empty ``treatment`` takes an earlier word back: the rules' advice holds.

        Raises:
            NotPermittedError: The role may not override advice.
            InvalidInputError: There is no such treatment, or no reason is given.
            NotFoundError: There is no such asset, or nothing was advised for it.
        """
        scope.require(Permission.OVERRIDE_DECISIONS)
        why = _checked_reason(reason)
        if treatment and treatment not in OVERRIDES:
            raise InvalidInputError(
                f"{treatment} is no treatment; choose one of {', '.join(OVERRIDES)}."
            )
        advice = ModernisationService(self._session)
        before = advice.decision(scope, asset_id)
        if before is None:
            raise NotFoundError("decision for asset", asset_id)
        given = bool(treatment)
        self._session.execute(
            sa.update(DECISIONS)
            .values(
                override=treatment or None,
                override_reason=why if given else None,
                override_by=scope.actor if given else None,
                override_at=sa.func.now() if given else None,
            )
            .where(
                DECISIONS.c.asset_id == asset_id,
                DECISIONS.c.engagement_id == scope.engagement_id,
            )
        )
        AuditService(self._session).record(
            scope,
            "decision_overridden" if given else "override_withdrawn",
            before.asset_name,
            why,
            details={
                "asset_id": str(asset_id),
                "before": before.holds,
                "after": treatment or before.treatment,
                "rule": before.rule,
            },
        )
        after = advice.decision(scope, asset_id)
        if after is None:
            raise NotFoundError("decision for asset", asset_id)
        return after

    def standing(self, scope: Scope) -> Mapping[str, str]:
        """Return what people decided, by lower-case asset name, for the next run.

        A name that several assets have is left out: the word was about one of them.
        """
        name = sa.func.lower(ASSETS.c.asset_name)
        rows = self._session.execute(
            sa.select(name, sa.func.max(DECISIONS.c.override))
            .select_from(DECISIONS_OF_ASSETS)
            .where(DECISIONS.c.engagement_id == scope.engagement_id)
            .group_by(name)
            .having(sa.func.count() == 1, sa.func.count(DECISIONS.c.override) == 1)
        )
        return {name: treatment for name, treatment in rows}  # noqa: C416


def _checked_reason(reason: str) -> str:
    why = reason.strip()
    if not why or len(why) > _REASON_LENGTH:
        raise InvalidInputError(
            f"Say why, in at most {_REASON_LENGTH:,} characters; it is kept with the "
            "decision."
        )
    return why
