"""The whole schema, one table a file.

Importing this package registers every table on ``SQLModel.metadata``; Alembic
imports it for that.
"""

from discovery_app.models.agent_answer import AgentAnswer
from discovery_app.models.agent_spending import AgentSpending
from discovery_app.models.api_token import ApiToken
from discovery_app.models.application import Application
from discovery_app.models.asset import Asset
from discovery_app.models.asset_source import AssetSource
from discovery_app.models.audit_event import AuditEvent
from discovery_app.models.auth_session import AuthSession
from discovery_app.models.client_account import ClientAccount
from discovery_app.models.client_mapping import ClientMapping
from discovery_app.models.conflict import Conflict
from discovery_app.models.data_import_file import DataImportFile
from discovery_app.models.data_import_session import DataImportSession
from discovery_app.models.decision import Decision
from discovery_app.models.dependency import Dependency
from discovery_app.models.end_of_life_version import EndOfLifeVersion
from discovery_app.models.engagement import Engagement
from discovery_app.models.engagement_request import EngagementRequest
from discovery_app.models.engagement_setting import EngagementSetting
from discovery_app.models.field_mapping import FieldMapping
from discovery_app.models.finding import Finding
from discovery_app.models.import_change import ImportChange
from discovery_app.models.import_issue import ImportIssue
from discovery_app.models.mapping_memory import MappingMemory
from discovery_app.models.membership import Membership
from discovery_app.models.move_group import MoveGroup
from discovery_app.models.narrative import Narrative
from discovery_app.models.phase_log import PhaseLog
from discovery_app.models.row_correction import RowCorrection
from discovery_app.models.user import User
from discovery_app.models.user_preference import UserPreference
from discovery_app.models.worker import Worker
from discovery_app.models.workflow_event import WorkflowEvent
from discovery_app.models.workflow_lease import WorkflowLease
from discovery_app.models.workflow_phase_run import WorkflowPhaseRun
from discovery_app.models.workflow_state import WorkflowState

__all__ = [
    "AgentAnswer",
    "AgentSpending",
    "ApiToken",
    "Application",
    "Asset",
    "AssetSource",
    "AuditEvent",
    "AuthSession",
    "ClientAccount",
    "ClientMapping",
    "Conflict",
    "DataImportFile",
    "DataImportSession",
    "Decision",
    "Dependency",
    "EndOfLifeVersion",
    "Engagement",
    "EngagementRequest",
    "EngagementSetting",
    "FieldMapping",
    "Finding",
    "ImportChange",
    "ImportIssue",
    "MappingMemory",
    "Membership",
    "MoveGroup",
    "Narrative",
    "PhaseLog",
    "RowCorrection",
    "User",
    "UserPreference",
    "Worker",
    "WorkflowEvent",
    "WorkflowLease",
    "WorkflowPhaseRun",
    "WorkflowState",
]
