"""What pages show of an evaluation of the inventory."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EvaluationShown:
    """How far the last evaluation is, in sentences; empty where nothing is to say.

    Attributes:
        request_id: The one it is about; empty before anybody asked.
        going: That a runner does it, or is to do it.
        done: What the last one changed.
        failed: Why it could not be done.
        stale: That the settings are newer than what was judged by them.
    """

    request_id: str = ""
    going: str = ""
    done: str = ""
    failed: str = ""
    stale: str = ""
