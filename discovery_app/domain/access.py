"""Roles, what each may do, and on whose records."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from discovery_app.errors import NotPermittedError


class Role(StrEnum):
    """What a person is on an engagement; ``system`` is the app's own workers."""

    CONSULTANT = "consultant"
    MANAGER = "manager"
    ADMIN = "admin"
    SYSTEM = "system"


class Permission(StrEnum):
    """One thing a person may do; the table is CONTRACTS.md, "Who may what"."""

    VIEW = "view"
    IMPORT_FILES = "import_files"
    APPROVE_MAPPINGS = "approve_mappings"
    FIX_ISSUES = "fix_issues"
    OVERRIDE_DECISIONS = "override_decisions"
    EVALUATE_AGAIN = "evaluate_advice_again"
    CONTROL_WORKFLOWS = "pause_resume_or_cancel_workflows"
    EXPORT = "export"
    VIEW_BOARD = "view_the_board"
    RETRY_WORKFLOWS = "retry_workflows"
    MANAGE_PEOPLE = "manage_people"
    VIEW_WORKERS = "view_workers"
    VIEW_AUDIT = "view_the_audit_log"
    CHANGE_SETTINGS = "change_settings"


_MANAGER = frozenset({Permission.VIEW, Permission.EXPORT, Permission.VIEW_BOARD})
_CONSULTANT = frozenset(
    {
        Permission.VIEW,
        Permission.EXPORT,
        Permission.IMPORT_FILES,
        Permission.APPROVE_MAPPINGS,
        Permission.FIX_ISSUES,
        Permission.OVERRIDE_DECISIONS,
        Permission.EVALUATE_AGAIN,
        Permission.CONTROL_WORKFLOWS,
    }
)

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.CONSULTANT: _CONSULTANT,
    Role.MANAGER: _MANAGER,
    Role.ADMIN: frozenset(Permission),
    Role.SYSTEM: frozenset({Permission.VIEW}),
}


def require(role: Role, permission: Permission) -> None:
    """Check that ``role`` has ``permission``.

    Raises:
        NotPermittedError: It has not.
    """
    if permission not in ROLE_PERMISSIONS[role]:
        raise NotPermittedError(role, permission)


@dataclass(frozen=True)
class Scope:
    """A person, or a worker for them, on one engagement.

    Only ``services.engagements`` makes one for a person, and only if the two
    belong together; a claim makes one for a worker.

    Attributes:
        actor: Who acts, in words for the history: a name, ``cli:<os user>`` or
            ``runner:<worker>``.
        user_id: The signed-in person, if one acts.
    """

    actor: str
    role: Role
    client_account_id: UUID
    engagement_id: UUID
    user_id: UUID | None = None

    def require(self, permission: Permission) -> None:
        """Check that the role has ``permission``.

        Raises:
            NotPermittedError: It has not.
        """
        require(self.role, permission)


@dataclass(frozen=True)
class BoardScope:
    """The engagements whose workflows a person may watch; reading only."""

    actor: str
    role: Role
    engagement_ids: tuple[UUID, ...]
    user_id: UUID | None = None


@dataclass(frozen=True)
class PlatformScope:
    """An admin who looks across clients; reading only.

    Attributes:
        reason: Why, for the audit log.
    """

    actor: str
    reason: str
    user_id: UUID | None = None


@dataclass(frozen=True)
class WorkerScope:
    """A worker that claims and sweeps leases: ids and times, no contents."""

    worker: str


@dataclass(frozen=True)
class AccountScope:
    """People, sessions, memberships and the names of engagements; nothing else."""


AnyScope = Scope | BoardScope | PlatformScope | WorkerScope | AccountScope


@dataclass(frozen=True)
class Person:
    """Someone who is signed in.

    Attributes:
        session_id: The sign-in or token they came by; revoking it ends it.
    """

    user_id: UUID
    email: str
    name: str
    is_admin: bool
    session_id: UUID

    @property
    def actor(self) -> str:
        """Return how the history names them."""
        return self.name
