"""What components draw: frozen values with finished words, made by states.

States cannot import components, so the shapes that both know stand here. Words are
ready to show (formatted by ``domain.words``); an empty word means "not known yet".
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One thing to pick: what is stored, what is read, and under which heading.

    Attributes:
        group: Choices of one group stand together; empty means no heading.
    """

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True)
class SessionView:
    """What the frame shows of the person and of what they picked.

    Attributes:
        role: A ``domain.access.Role`` value; empty until the person is known.
        engagements: ``group`` is the client account's name; sorted by it.
        waiting: Workflows that wait for this person; zero is not shown.
        failing: Failed and stuck runs, for admins; zero is not shown.
        csrf_token: Goes back with the sign-out form.
        read_only: Why nothing can be changed right now; empty when it can.
        may_import: Whether they may import into what they picked.
    """

    person: str = ""
    initials: str = ""
    email: str = ""
    role: str = ""
    client: str = ""
    engagement: str = ""
    engagement_id: str = ""
    engagements: tuple[Choice, ...] = ()
    waiting: int = 0
    failing: int = 0
    csrf_token: str = ""
    read_only: str = ""
    may_import: bool = True


@dataclass(frozen=True)
class PhaseCell:
    """What the strip shows of a phase; words are empty before the phase began.

    Attributes:
        counts: What went in and came out, e.g. "805 → 795 rows".
        rejected: With its word, e.g. "10 rejected"; zero is said, too.
        excluded: The same way.
        percent: 0–100; shown while running.
    """

    number: int
    title: str
    status: str
    time: str = ""
    counts: str = ""
    rejected: str = ""
    excluded: str = ""
    percent: int = 0
    message: str = ""


@dataclass(frozen=True)
class Bar:
    """One stretch of a phase on the timeline.

    Attributes:
        kind: ``completed``, ``running``, ``failed``, ``cancelled``, ``retry_wait`` or
            ``waiting_for_approval``.
        left: Where it starts, as a CSS percentage of the axis.
        width: How long it is, the same way.
        words: What the bar is, for hover and screen readers.
    """

    kind: str
    left: str
    width: str
    words: str


@dataclass(frozen=True)
class TimelineLine:
    """A phase with its bars, in time order, and its total time."""

    title: str
    total: str
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True)
class EventLine:
    """One entry of a history; ``reason`` is a person's, ``at`` an ISO time in UTC.

    Attributes:
        status: Chooses the icon; a workflow or phase status.
        ago: ``at`` in words; the page keeps it fresh.
    """

    status: str
    text: str
    who: str
    ago: str
    at: str
    reason: str = ""


@dataclass(frozen=True)
class Term:
    """A number of rows and the contract's word for them."""

    rows: str
    word: str


@dataclass(frozen=True)
class RankedBar:
    """A line of a ranking; ``percent`` is of the longest, 0–100."""

    word: str
    value: str
    percent: int


@dataclass(frozen=True)
class Slice:
    """A part of a whole; ``share`` is in words, ``fill`` a CSS colour."""

    name: str
    value: int
    share: str
    fill: str
