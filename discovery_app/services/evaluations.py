"""Asking for an inventory to be judged again; a runner does it (``reassessment``)."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.engagement_request import RequestKind, RequestView
from discovery_app.errors import InvalidInputError
from discovery_app.services.audit import AuditService, require_reason
from discovery_app.services.engagement_requests import EngagementRequestService
from discovery_app.services.modernisation import ModernisationService
from discovery_app.services.reassessment import NO_ASSETS
from discovery_app.services.tables import ASSETS, DEPENDENCIES, SETTINGS


@dataclass(frozen=True)
class EvaluationView:
    """Whether the inventory stands as it would be judged now.

    Attributes:
        last: The last evaluation that was asked for.
        is_stale: The settings were changed after assets were judged by others.
    """

    last: RequestView | None
    is_stale: bool


class EvaluationService:
    """Asks for evaluations, and says how far they are.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._requests = EngagementRequestService(session)

    def view(self, scope: Scope) -> EvaluationView:
        """Return how far the last one is, and whether one is called for."""
        scope.require(Permission.VIEW)
        setting, asset = SETTINGS.c, ASSETS.c
        judged_before = sa.exists().where(
            asset.engagement_id == setting.engagement_id,
            asset.created_at < setting.changed_at,
        )
        stale = sa.select(
            sa.exists().where(
                setting.engagement_id == scope.engagement_id,
                sa.or_(
                    setting.evaluated_at.is_(None),
                    setting.evaluated_at < setting.changed_at,
                ),
                judged_before,
            )
        )
        return EvaluationView(
            self._requests.view(scope, RequestKind.EVALUATION),
            bool(self._session.scalar(stale)),
        )

    def ask(self, scope: Scope, as_of: date | None, reason: str) -> RequestView:
        """Have a runner judge every asset by the settings and data it then finds.

        Args:
            as_of: ``None`` is the day it is done.

        Raises:
            NotPermittedError: The role may not.
            InvalidInputError: There is no asset yet, or no reason is given.
        """
        scope.require(Permission.EVALUATE_AGAIN)
        why = require_reason(reason)
        if not self._has_assets(scope):
            raise InvalidInputError(NO_ASSETS)
        AuditService(self._session).record(
            scope, "evaluation_asked_for", f"as of {as_of or 'today'}", why
        )
        return self._requests.ask(
            scope, RequestKind.EVALUATION, as_of=as_of, reason=why
        )

    def ask_after_import(self, scope: Scope, as_of: date) -> None:
        """Have a runner connect an import with what others told of, if others did.

        An import alone in its engagement has said all that can be said of it. Nothing
        is judged as of an earlier day than it was.
        """
        assets = sa.select(ASSETS.c.last_session_id).where(
            ASSETS.c.engagement_id == scope.engagement_id
        )
        edges = sa.select(DEPENDENCIES.c.session_id).where(
            DEPENDENCIES.c.engagement_id == scope.engagement_id
        )
        told_by = sa.union(assets, edges).subquery()
        imports, has_assets, has_edges = self._session.execute(
            sa.select(
                sa.select(sa.func.count()).select_from(told_by).scalar_subquery(),
                sa.exists(assets),
                sa.exists(edges),
            )
        ).one()
        if imports > 1 and has_assets and has_edges:
            latest = ModernisationService(self._session).as_of(scope)
            self._requests.ask(
                scope,
                RequestKind.EVALUATION,
                as_of=max(as_of, latest or as_of),
                reason="Imports came together in one inventory.",
            )

    def ask_after_undo(self, scope: Scope) -> None:
        """Have a runner judge what an undone import left, as of the day it was."""
        if self._has_assets(scope):
            self._requests.ask(
                scope,
                RequestKind.EVALUATION,
                as_of=ModernisationService(self._session).as_of(scope),
                reason="An import was taken back.",
            )

    def _has_assets(self, scope: Scope) -> bool:
        mine = ASSETS.c.engagement_id == scope.engagement_id
        return bool(self._session.scalar(sa.select(sa.exists().where(mine))))
