"""How an engagement is analysed, and judging its inventory again."""

from dataclasses import asdict
from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from discovery_app.api.dependencies import EngagementScope
from discovery_app.database import unit_of_work
from discovery_app.knowledge.analysis_settings import DEFAULTS, AnalysisSettings
from discovery_app.knowledge.ports import NoisePort, OnlyIf
from discovery_app.knowledge.treatments import Thresholds
from discovery_app.services.engagement_settings import (
    EngagementSettingService,
    SettingsView,
)
from discovery_app.services.evaluations import EvaluationService, EvaluationView
from discovery_app.services.readiness import ReadinessService

router = APIRouter(tags=["Analysis"])

_USUAL = DEFAULTS.thresholds


class Port(BaseModel):
    """A port whose traffic is no dependency."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    port: int
    reason: str = Field(max_length=40)
    only_if: OnlyIf = OnlyIf.ALWAYS


class ChosenSettings(BaseModel):
    """What to analyse by; what is left out is the project's default.

    Attributes:
        noise_ports: All of them, in the order they are asked.
    """

    model_config = ConfigDict(extra="forbid")

    zombie_percent: float = _USUAL.zombie_percent
    idle_percent: float = _USUAL.idle_percent
    window_days: int = _USUAL.window_days
    refactor_components: int = _USUAL.refactor_components
    noise_ports: list[Port] | None = Field(default=None, max_length=1_000)
    reason: str = Field(default="", max_length=1_000)


class AnalysisSettingsItem(BaseModel):
    """What the next run analyses by, and who set it; ``changed_at`` null: nobody."""

    zombie_percent: float
    idle_percent: float
    window_days: int
    refactor_components: int
    noise_ports: list[Port]
    changed_by: str
    changed_at: datetime | None
    reason: str


class Evaluation(BaseModel):
    """As of which day to judge again; null is today."""

    model_config = ConfigDict(extra="forbid")

    as_of: date | None = None
    reason: str = Field(default="", max_length=1_000)


class EvaluationItem(BaseModel):
    """How far the last evaluation is; ``status`` is ``none`` before anybody asked.

    Attributes:
        status: ``waiting``, ``running``, ``done``, ``failed`` or ``none``.
        as_of: The day asked for; null is the day it is done.
        outcome: What it changed, in one sentence; ``problem`` if it failed.
        stale: The settings were changed after assets were judged by others.
    """

    status: str = "none"
    as_of: date | None = None
    reason: str = ""
    asked_by: str = ""
    asked_at: datetime | None = None
    finished_at: datetime | None = None
    outcome: str = ""
    problem: str = ""
    stale: bool = False


class GapItem(BaseModel):
    """What is not known well enough, and who should answer."""

    model_config = ConfigDict(from_attributes=True)

    attribute: str
    label: str
    group: str
    ask: str
    missing_percent: float
    lost_points: float


class ReadinessItem(BaseModel):
    """How ready an application is; what costs most comes first."""

    model_config = ConfigDict(from_attributes=True)

    application: str
    assets: int
    percent: float
    level: str
    gaps: list[GapItem]


@router.get("/engagements/{engagement_id}/readiness")
def read_readiness(scope: EngagementScope) -> list[ReadinessItem]:
    """Return readiness and gaps per application, the least ready first."""
    with unit_of_work(scope) as session:
        found = ReadinessService(session).applications(scope)
    return [ReadinessItem.model_validate(one) for one in found]


@router.get("/engagements/{engagement_id}/settings")
def read_settings(scope: EngagementScope) -> AnalysisSettingsItem:
    """Return the thresholds and noise ports of an engagement."""
    with unit_of_work(scope) as session:
        return _item(EngagementSettingService(session).read(scope))


@router.put("/engagements/{engagement_id}/settings")
def change_settings(
    scope: EngagementScope, body: ChosenSettings
) -> AnalysisSettingsItem:
    """Set them for the runs to come; for admins, with a reason."""
    chosen = AnalysisSettings(
        Thresholds(
            body.zombie_percent,
            body.idle_percent,
            body.window_days,
            body.refactor_components,
        ),
        DEFAULTS.noise_ports
        if body.noise_ports is None
        else tuple(NoisePort(**port.model_dump()) for port in body.noise_ports),
    )
    with unit_of_work(scope) as session:
        service = EngagementSettingService(session)
        return _item(service.change(scope, chosen, body.reason))


@router.post("/engagements/{engagement_id}/evaluate", status_code=202)
def evaluate(scope: EngagementScope, body: Evaluation) -> EvaluationItem:
    """Have a runner connect and judge the whole inventory again; overrides stay."""
    with unit_of_work(scope) as session:
        service = EvaluationService(session)
        service.ask(scope, body.as_of, body.reason)
        return _evaluation(service.view(scope))


@router.get("/engagements/{engagement_id}/evaluation")
def read_evaluation(scope: EngagementScope) -> EvaluationItem:
    """Return how far the last evaluation is, and whether one is called for."""
    with unit_of_work(scope) as session:
        return _evaluation(EvaluationService(session).view(scope))


def _evaluation(view: EvaluationView) -> EvaluationItem:
    last = view.last
    if last is None:
        return EvaluationItem(stale=view.is_stale)
    return EvaluationItem(
        status=last.state,
        as_of=last.as_of,
        reason=last.reason,
        asked_by=last.asked_by,
        asked_at=last.asked_at,
        finished_at=last.finished_at,
        outcome=last.outcome,
        problem=last.problem,
        stale=view.is_stale,
    )


def _item(view: SettingsView) -> AnalysisSettingsItem:
    return AnalysisSettingsItem(
        **asdict(view.settings.thresholds),
        noise_ports=[Port.model_validate(one) for one in view.settings.noise_ports],
        changed_by=view.changed_by,
        changed_at=view.changed_at,
        reason=view.reason,
    )
