"""What each phase needs from the tables before it runs, and leaves in them after."""

from collections.abc import Mapping
from uuid import UUID

import polars as pl
from sqlmodel import Session

from discovery_app.config import settings
from discovery_app.domain.access import Scope
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState, Integration
from discovery_app.errors import MissingInputError
from discovery_app.phases.base import PhaseResult, Recorded
from discovery_app.services.assets import AssetService
from discovery_app.services.corrected_imports import CorrectedImportService
from discovery_app.services.decision_overrides import DecisionOverrideService
from discovery_app.services.end_of_life_data import EndOfLifeDataService
from discovery_app.services.engagement_settings import EngagementSettingService
from discovery_app.services.evaluations import EvaluationService
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.import_issues import ImportIssueService
from discovery_app.services.mapping_memory import MappingMemoryService
from discovery_app.services.narratives import NarrativeService
from discovery_app.services.publication import Publication
from discovery_app.services.row_corrections import RowCorrectionService
from discovery_app.services.workflow_restart import CORRECTED_PHASE

LAST_PHASE = "database_integration"


class PhaseResultService:
    """Reads a phase's recorded inputs and stores its results inside its commit.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def recorded(self, scope: Scope, phase: str, state: DiscoveryFlowState) -> Recorded:
        """Return what was recorded for ``phase`` before it runs."""
        mappings = FieldMappingService(self._session)
        taken_over = CorrectedImportService(self._session)
        if phase == "data_source_analysis":
            taken = taken_over.source(scope, state.session_id)
            return Recorded(as_of=state.as_of, taken_source=taken)
        if phase == CORRECTED_PHASE:
            made = RowCorrectionService(self._session)
            standing = made.standing(scope, state.session_id)
            return Recorded(as_of=state.as_of, corrections=standing)
        if phase == "field_mapping":
            return Recorded(
                as_of=state.as_of,
                # The later of two says what holds.
                memory=(
                    *MappingMemoryService(self._session).of(scope),
                    *taken_over.memory(scope, state.session_id),
                ),
                mappings=mappings.decided(scope, state.session_id),
            )
        if phase == "data_cleansing":
            approved = mappings.approved(scope, state.session_id)
            return Recorded(as_of=state.as_of, mappings=approved)
        if phase == "dependency_analysis":
            chosen = EngagementSettingService(self._session).read(scope).settings
            return Recorded(as_of=state.as_of, noise_ports=chosen.noise_ports)
        if phase == "tech_debt_analysis":
            return self._for_judging(scope, state)
        return Recorded(as_of=state.as_of)

    def _for_judging(self, scope: Scope, state: DiscoveryFlowState) -> Recorded:
        chosen = EngagementSettingService(self._session).read(scope).settings
        return Recorded(
            as_of=state.as_of,
            overrides=DecisionOverrideService(self._session).standing(scope),
            thresholds=chosen.thresholds,
            end_of_life=EndOfLifeDataService(self._session).current(),
        )

    def store(
        self,
        scope: Scope,
        phase: str,
        state: DiscoveryFlowState,
        result: PhaseResult,
        frames: Mapping[tuple[str, str], pl.DataFrame],
    ) -> DiscoveryFlowState:
        """Store what ``phase`` found; return the state, completed by the counts.

        Args:
            state: With this phase's part in it.
            frames: For the last phase, the frames that are published.
        """
        session_id = state.session_id
        issues = ImportIssueService(self._session)
        issues.store(scope, session_id, phase, result.issues)
        if phase == CORRECTED_PHASE and "corrected" in result.frames:
            taken = result.frames["corrected"]["correction_id"]
            RowCorrectionService(self._session).settle(
                scope, session_id, [UUID(one) for one in taken]
            )
        if phase == "field_mapping":
            FieldMappingService(self._session).store(
                scope, session_id, result.frames["mappings"]
            )
        if phase == LAST_PHASE:
            return self._publish(scope, session_id, state, frames)
        return state

    def _publish(
        self,
        scope: Scope,
        session_id: UUID,
        state: DiscoveryFlowState,
        frames: Mapping[tuple[str, str], pl.DataFrame],
    ) -> DiscoveryFlowState:
        cleansing = state.data_cleansing
        if cleansing is None:
            raise MissingInputError(LAST_PHASE, "data_cleansing")
        published = AssetService(self._session).publish(
            scope,
            Publication(
                session_id=session_id,
                as_of=state.as_of,
                rows_in=cleansing.rows_in,
                excluded=sum(cleansing.excluded.values()),
                rejected=cleansing.rejected,
                candidates=frames[LAST_PHASE, "candidates"],
                edges=frames["dependency_analysis", "edges"],
                groups=frames["dependency_analysis", "groups"],
                findings=frames["tech_debt_analysis", "findings"],
                decisions=frames["tech_debt_analysis", "decisions"],
            ),
        )
        EvaluationService(self._session).ask_after_import(scope, state.as_of)
        if settings().llm_model:
            NarrativeService(self._session).ask_for_import(scope, session_id)
        integration = Integration(
            accounting=published.accounting,
            inventory=published.inventory,
            conflicts=published.conflicts,
        )
        return state.model_copy(update={LAST_PHASE: integration})


PUBLISHED_FRAMES = (
    (LAST_PHASE, "candidates"),
    ("dependency_analysis", "edges"),
    ("dependency_analysis", "groups"),
    ("tech_debt_analysis", "findings"),
    ("tech_debt_analysis", "decisions"),
)
"""What the last phase's commit reads, as (phase, frame)."""
