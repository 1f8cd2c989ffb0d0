"""The first page in words: what waits, what runs, the engagements."""

from dataclasses import dataclass

from discovery_app.domain.board import BoardRow
from discovery_app.domain.board_lines import what_happens
from discovery_app.domain.words import age, counted


@dataclass(frozen=True)
class ListLine:
    """A workflow as one line of a short list.

    Attributes:
        href: Where it is dealt with.
        since: ISO time of its last change.
    """

    status: str
    text: str
    context: str
    href: str
    since: str
    age: str


@dataclass(frozen=True)
class EngagementLine:
    """One engagement of the person.

    Attributes:
        status: Of its newest workflow; empty without one.
        quality_percent: 0–100; of the last import.
    """

    href: str
    name: str
    client: str
    status: str
    assets: str
    quality: str
    quality_percent: int
    conflicts: str


def list_line(row: BoardRow, *, reviews: bool = False) -> ListLine:
    """Return ``row`` as a line; ``reviews`` opens what waits where it is approved."""
    href = f"/workflows/{row.workflow_id}"
    if reviews and row.status == "waiting_for_approval":
        href += "/mapping"
    return ListLine(
        status=row.status,
        text=what_happens(row),
        context=f"{row.title} · {row.engagement}, {row.client}",
        href=href,
        since=row.updated_at.isoformat(),
        age=age(row.updated_at, row.now),
    )


def waits_sentence(number: int) -> str:
    """Return the line under the title."""
    if not number:
        return "No workflow needs a person"
    verb = "needs" if number == 1 else "need"
    return f"{counted(number, 'workflow')} {verb} a person"
