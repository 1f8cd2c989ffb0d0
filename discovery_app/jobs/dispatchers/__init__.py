"""What brings work to a slot: its own clock, or a queue that machines share.

Both end in the same call, which claims a lease and runs the workflow under it. Leases
and fences decide who may; a dispatcher only says when to look.
"""

from typing import Final, Protocol

from discovery_app.errors import ConfigurationError

QUEUES: Final = ("cpu", "llm")
"""Phases that only compute, and phases that may ask a model."""


class WorkSource(Protocol):
    """Brings work to one slot, one piece at a time."""

    @property
    def one_phase(self) -> bool:
        """Whether a piece of work is one phase, or a workflow as far as it goes."""
        ...

    def start(self) -> None:
        """Begin to bring work, in the background; called once."""
        ...

    def stop(self) -> None:
        """Bring nothing more; returns at once, whatever is in work."""
        ...

    def close(self) -> None:
        """Let go of what is held, after the work ended or was handed back."""
        ...


def served_queues(text: str) -> list[str]:
    """Return the queues that the setting ``text`` names.

    Raises:
        ConfigurationError: There is no such queue, or none is named.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or set(names) - set(QUEUES):
        raise ConfigurationError(
            f"DISCOVERY_QUEUES is {text!r}; name {' or '.join(QUEUES)}, or both "
            "with a comma between them."
        )
    return names
