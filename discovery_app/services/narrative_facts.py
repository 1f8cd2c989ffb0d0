"""The facts that a summary in words may speak of, of all or of one application."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.inventory import WordCount
from discovery_app.domain.narrative import Counted, NarrativeFacts
from discovery_app.errors import NotFoundError
from discovery_app.services.end_of_life_data import EndOfLifeDataService
from discovery_app.services.modernisation import ModernisationService
from discovery_app.services.modernisation_filters import (
    FINDINGS_OF_ASSETS,
    DecisionFilter,
    FindingFilter,
    finding_conditions,
    of_application,
)
from discovery_app.services.readiness import ReadinessService
from discovery_app.services.tables import (
    APPLICATIONS,
    ASSETS,
    DEPENDENCIES,
    FINDINGS,
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


class NarrativeFactService:
    """Gathers facts. It only reads.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def facts(self, scope: Scope, application: str = "") -> NarrativeFacts:
        """Return all that a narrative may speak of, as it stands now.

        Args:
            application: The key of one; empty for the whole engagement.

        Raises:
            NotFoundError: No asset names such an application.
        """
        scope.require(Permission.VIEW)
        name = self.application_name(scope, application) if application else ""
        advice = ModernisationService(self._session)
        readiness = ReadinessService(self._session).whole(scope, application)
        as_of = advice.as_of(scope)
        in_scope = FindingFilter(in_scope_only=True, application=application)
        decided = DecisionFilter(application=application)
        assets, planned = self._assets(scope, application)
        return NarrativeFacts(
            as_of=as_of or self._today(),
            assets=assets,
            in_scope=planned,
            applications=1 if application else self._applications(scope),
            dependencies=self._dependencies(scope, application),
            treatments=_counted(advice.by_treatment(scope, decided)),
            support=tuple(
                (_STATES.get(one.word, one.word), one.count)
                for one in advice.by_state(scope, in_scope)
            ),
            ended=self._ended(scope, in_scope),
            quarters=_coming(advice.by_quarter(scope, in_scope), as_of),
            overridden=advice.count_decisions(
                scope, DecisionFilter(application=application, overridden=True)
            ),
            readiness_percent=readiness.percent if readiness else None,
            gaps=tuple(
                (gap.label, round(gap.missing_percent))
                for gap in readiness.gaps[:_SHOWN]
            )
            if readiness
            else (),
            data=self._data(scope),
            application=name,
        )

    def application_name(self, scope: Scope, key: str) -> str:
        """Return how the lists write the application ``key``.

        Raises:
            NotFoundError: No asset names it.
        """
        scope.require(Permission.VIEW)
        name = self._session.scalar(
            sa.select(APPLICATIONS.c.name).where(
                APPLICATIONS.c.engagement_id == scope.engagement_id,
                APPLICATIONS.c.key == key,
            )
        )
        if name is None:
            raise NotFoundError("application", key[:80])
        return name

    def _assets(self, scope: Scope, application: str) -> tuple[int, int]:
        named = [of_application(application)] if application else []
        number = sa.func.count()
        row = self._session.execute(
            sa.select(number, number.filter(ASSETS.c.in_scope)).where(
                ASSETS.c.engagement_id == scope.engagement_id, *named
            )
        ).one()
        return row[0], row[1]

    def _applications(self, scope: Scope) -> int:
        mine = APPLICATIONS.c.engagement_id == scope.engagement_id
        counted = sa.select(sa.func.count()).select_from(APPLICATIONS).where(mine)
        return self._session.scalar(counted) or 0

    def _dependencies(self, scope: Scope, application: str) -> int:
        """Return how many real edges there are; with an end in the application."""
        edge = DEPENDENCIES.c
        where = [edge.engagement_id == scope.engagement_id, ~edge.noise]
        if application:
            members = sa.select(ASSETS.c.id).where(
                ASSETS.c.engagement_id == scope.engagement_id,
                of_application(application),
            )
            where.append(
                sa.or_(
                    edge.source_asset_id.in_(members),
                    edge.destination_asset_id.in_(members),
                )
            )
        counted = sa.select(sa.func.count()).select_from(DEPENDENCIES).where(*where)
        return self._session.scalar(counted) or 0

    def _ended(self, scope: Scope, chosen: FindingFilter) -> Counted:
        """Return the products past their support, by assets in scope."""
        name = sa.func.concat_ws(" ", FINDINGS.c.product, FINDINGS.c.cycle)
        number = sa.func.count(FINDINGS.c.asset_id.distinct())
        rows = self._session.execute(
            sa.select(name, number)
            .select_from(FINDINGS_OF_ASSETS)
            .where(
                *finding_conditions(scope, chosen),
                FINDINGS.c.state.in_(["eol", "extended_only"]),
            )
            .group_by(name)
            .order_by(number.desc(), name)
            .limit(_SHOWN)
        )
        return tuple((product, assets) for product, assets in rows)

    def _data(self, scope: Scope) -> str:
        versions = ModernisationService(self._session).data_versions(scope)
        if versions:
            return versions[0]
        return str(EndOfLifeDataService(self._session).current().version)

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
