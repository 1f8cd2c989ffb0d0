"""How an engagement is analysed: thresholds and noise ports, kept where they differ."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.knowledge.analysis_settings import (
    DEFAULTS,
    AnalysisSettings,
    check_settings,
)
from discovery_app.knowledge.ports import NoisePort, OnlyIf
from discovery_app.knowledge.treatments import THRESHOLDS, Thresholds
from discovery_app.services.audit import AuditService, require_reason
from discovery_app.services.tables import SETTINGS

_LINES: Final = tuple(asdict(THRESHOLDS))


@dataclass(frozen=True)
class SettingsView:
    """What is set, and who set it.

    Attributes:
        changed_at: ``None`` where the project's defaults hold.
    """

    settings: AnalysisSettings = DEFAULTS
    changed_by: str = ""
    changed_at: datetime | None = None
    reason: str = ""


class EngagementSettingService:
    """Reads and changes an engagement's settings.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self, scope: Scope) -> SettingsView:
        """Return what holds for the next run, and who set it last."""
        scope.require(Permission.VIEW)
        row = (
            self._session.execute(
                sa.select(SETTINGS).where(
                    SETTINGS.c.engagement_id == scope.engagement_id
                )
            )
            .mappings()
            .one_or_none()
        )
        if row is None:
            return SettingsView()
        return SettingsView(
            _settings(row), row["changed_by"], row["changed_at"], row["reason"]
        )

    def change(
        self, scope: Scope, chosen: AnalysisSettings, reason: str
    ) -> SettingsView:
        """Analyse by ``chosen`` from the next run on; what was advised stays.

        What equals the project's default is not kept, so that it follows the project.

        Raises:
            NotPermittedError: The role may not change settings.
            InvalidInputError: The rules cannot work with it, or no reason is given.
        """
        scope.require(Permission.CHANGE_SETTINGS)
        why = require_reason(reason)
        check_settings(chosen)
        before = self.read(scope).settings
        values = {
            **_kept(chosen),
            "reason": why,
            "changed_by": scope.actor,
            "changed_at": sa.func.clock_timestamp(),
        }
        self._session.execute(
            insert(SETTINGS)
            .values(
                id=sa.func.gen_random_uuid(),
                client_account_id=scope.client_account_id,
                engagement_id=scope.engagement_id,
                **values,
            )
            .on_conflict_do_update(index_elements=["engagement_id"], set_=values)
        )
        AuditService(self._session).record(
            scope,
            "analysis_settings_changed",
            "analysis settings",
            why,
            details={"before": _told(before), "after": _told(chosen)},
        )
        return self.read(scope)


def note_evaluation(session: Session, scope: Scope) -> None:
    """Note that the inventory was judged again, for pages that follow it."""
    values = {"evaluated_at": sa.func.clock_timestamp()}
    session.execute(
        insert(SETTINGS)
        .values(
            id=sa.func.gen_random_uuid(),
            client_account_id=scope.client_account_id,
            engagement_id=scope.engagement_id,
            reason="",
            changed_by="",
            **values,
        )
        .on_conflict_do_update(index_elements=["engagement_id"], set_=values)
    )


def _settings(row: sa.RowMapping) -> AnalysisSettings:
    lines = {name: row[name] for name in _LINES if row[name] is not None}
    ports = row["noise_ports"]
    return AnalysisSettings(
        thresholds=Thresholds(**lines),
        noise_ports=DEFAULTS.noise_ports
        if ports is None
        else tuple(
            NoisePort(one["port"], one["reason"], OnlyIf(one["only_if"]))
            for one in ports
        ),
    )


def _kept(chosen: AnalysisSettings) -> dict[str, Any]:
    given, usual = asdict(chosen.thresholds), asdict(THRESHOLDS)
    lines = {n: None if given[n] == usual[n] else given[n] for n in _LINES}
    same = chosen.noise_ports == DEFAULTS.noise_ports
    return {**lines, "noise_ports": None if same else _ports(chosen)}


def _told(chosen: AnalysisSettings) -> dict[str, Any]:
    return {**asdict(chosen.thresholds), "noise_ports": _ports(chosen)}


def _ports(chosen: AnalysisSettings) -> list[dict[str, Any]]:
    return [
        {"port": one.port, "reason": one.reason, "only_if": str(one.only_if)}
        for one in chosen.noise_ports
    ]
