"""What the admins' page of end-of-life data shows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EndOfLifeLine:
    """Data that was loaded, or the app's own.

    Attributes:
        state: ``in_use``, ``withdrawn``, ``own``, or ``alone`` where the app's own
            data is all there is.
        size: Products and cycles, in words.
        loaded: By whom, with the exact time on hover in ``loaded_at``.
    """

    version_id: str = ""
    source: str = ""
    day: str = ""
    state: str = ""
    size: str = ""
    file_name: str = ""
    loaded: str = ""
    loaded_at: str = ""
    reason: str = ""


@dataclass(frozen=True)
class LoadForm:
    """What an admin says of the file that they are about to load.

    Attributes:
        day: ``YYYY-MM-DD``.
    """

    source: str = "endoflife.date"
    day: str = ""
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        """Return whether a file may follow."""
        return bool(self.source.strip() and self.day and self.reason.strip())
