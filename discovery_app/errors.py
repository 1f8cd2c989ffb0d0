"""Every error this app raises on purpose.

DiscoveryError
├── NotFoundError             the record is absent, or outside the caller's scope
├── NotPermittedError         the caller's role lacks the permission
├── NotSignedInError          there is no valid session or token
├── InvalidInputError         the user can correct it and try again
│   └── FileRefusedError      an uploaded file cannot be taken in
├── ConflictError             the record has moved on since it was read
│   └── LostLeaseError        another worker holds the workflow
├── ConfigurationError        the operator must change a setting or the server
├── UnavailableError          the database, storage or network is away; try again
└── PhaseError                a phase could not finish
    ├── UnknownPhaseError
    ├── MissingInputError
    ├── CancelledError        the phase was asked to stop
    ├── PhaseTimeoutError
    └── CrashLoopError

``str(error)`` is one sentence that is safe to show; ``error.code`` is stable
and is what the database stores, the API answers and tests compare.
"""

from typing import ClassVar


class DiscoveryError(Exception):
    """Something expected went wrong.

    Attributes:
        code: Stable word for programs.
        retryable: Whether the same work may succeed if it is simply tried again.
        word: What a phase's failure is called in the database and on pages; empty
            means the name of the class.
    """

    code: ClassVar[str] = "discovery_error"
    retryable: ClassVar[bool] = False
    word: ClassVar[str] = ""


class NotFoundError(DiscoveryError):
    """The record is absent, or outside the caller's scope.

    One error for both, so that a caller cannot probe other clients' ids.
    """

    code = "not_found"

    def __init__(self, what: str, key: object) -> None:
        super().__init__(f"There is no {what} {key} that you may see.")


class NotPermittedError(DiscoveryError):
    """The caller's role lacks the permission.

    Attributes:
        permission: The permission that is missing.
    """

    code = "not_permitted"

    def __init__(self, role: str, permission: str) -> None:
        words = permission.replace("_", " ")
        super().__init__(f"A {role} may not {words}; ask an admin for that.")
        self.permission = permission


class NotSignedInError(DiscoveryError):
    """There is no valid session or token."""

    code = "not_signed_in"

    def __init__(self, message: str = "Sign in first; your session has ended.") -> None:
        super().__init__(message)


class InvalidInputError(DiscoveryError):
    """The user can correct it and try again."""

    code = "invalid_input"


class FileRefusedError(InvalidInputError):
    """An uploaded file cannot be taken in; nothing of it was stored.

    Attributes:
        file_name: The name the person gave the file.
        rule: Stable word for the check that refused it.
    """

    code = "file_refused"

    def __init__(self, file_name: str, rule: str, message: str) -> None:
        super().__init__(f"{file_name}: {message}")
        self.file_name = file_name
        self.rule = rule


class ConflictError(DiscoveryError):
    """The record has moved on since it was read."""

    code = "conflict"


class LostLeaseError(ConflictError):
    """The workflow is no longer this worker's to write."""

    code = "lost_lease"

    def __init__(self, workflow_id: object, fence: int) -> None:
        super().__init__(
            f"The lease {fence} of workflow {workflow_id} was taken over by another "
            "worker; nothing of this try was kept."
        )


class LostRequestError(ConflictError):
    """What was asked for is no longer this runner's to do."""

    code = "lost_request"

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"The {kind} was asked for anew or taken over meanwhile; nothing of this "
            "try was kept."
        )


class ConfigurationError(DiscoveryError):
    """The operator must change a setting or the server."""

    code = "configuration"


class NewerStateError(ConfigurationError):
    """A newer version of the app wrote this; one of that version must read it."""

    code = "newer_state"


class UnavailableError(DiscoveryError):
    """The database, the storage or the network is away for now."""

    code = "unavailable"
    retryable = True


class PhaseError(DiscoveryError):
    """A phase could not finish."""

    code = "phase_error"


class UnknownPhaseError(PhaseError):
    """No phase has this name."""

    code = "unknown_phase"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no phase called {name}.")


class MissingInputError(PhaseError):
    """An earlier phase did not leave what this one needs."""

    code = "missing_input"

    def __init__(self, phase: str, needs: str) -> None:
        super().__init__(
            f"Phase {phase} needs {needs}, which is not there; run the workflow "
            "again from the phase that leaves it."
        )


class CancelledError(PhaseError):
    """The phase was asked to stop and did."""

    code = "cancelled"


class PhaseTimeoutError(PhaseError):
    """The phase ran past its time limit and was ended."""

    code = "timeout"
    word = "Timeout"


class CrashLoopError(PhaseError):
    """The phase ended its own process as often as it may."""

    code = "crash_loop"
    word = "CrashLoop"
