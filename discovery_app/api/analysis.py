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
from discovery_app.services.readiness import ReadinessService
from discovery_app.services.reassessment import ReassessmentService

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


class Evaluated(BaseModel):
    """What judging again changed.

    Attributes:
        changed: Assets whose treatment by the rules is another one now.
        end_of_life_data: The newest data it stands on.
    """

    as_of: date
    assets: int
    changed: int
    end_of_life_data: str


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


@router.post("/engagements/{engagement_id}/evaluate")
def evaluate(scope: EngagementScope, body: Evaluation) -> Evaluated:
    """Judge support and treatment of the whole inventory again; overrides stay."""
    with unit_of_work(scope) as session:
        done = ReassessmentService(session).run(scope, body.as_of, body.reason)
    return Evaluated(
        as_of=done.as_of,
        assets=done.assets,
        changed=done.changed,
        end_of_life_data=done.data,
    )


def _item(view: SettingsView) -> AnalysisSettingsItem:
    return AnalysisSettingsItem(
        **asdict(view.settings.thresholds),
        noise_ports=[Port.model_validate(one) for one in view.settings.noise_ports],
        changed_by=view.changed_by,
        changed_at=view.changed_at,
        reason=view.reason,
    )
