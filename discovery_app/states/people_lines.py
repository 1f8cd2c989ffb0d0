"""People and clients in words, as the page draws them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from discovery_app.domain.display import Choice
from discovery_app.domain.engagement import ClientView
from discovery_app.domain.people import (
    MembershipView,
    PersonView,
    SignInView,
    TokenView,
)
from discovery_app.domain.people_page import (
    EngagementLine,
    GrantLine,
    PersonDetail,
    PersonRow,
)
from discovery_app.domain.value_words import NOTHING, day_words
from discovery_app.domain.words import ago, counted, exact

_AGENT_LENGTH = 80


def person_row(one: PersonView) -> PersonRow:
    """Return a person's line."""
    standing, status = _standing(one)
    return PersonRow(
        user_id=str(one.user_id),
        name=one.name,
        email=one.email,
        role="Admin" if one.is_admin else _roles(one.memberships),
        reach="Every client" if one.is_admin else _reach(one.memberships),
        sign_ins=str(len(one.sign_ins)),
        tokens=str(len(one.tokens)),
        standing=standing,
        status=status,
    )


def person_detail(one: PersonView | None) -> PersonDetail:
    """Return what the drawer says of a person."""
    if one is None:
        return PersonDetail()
    return PersonDetail(
        user_id=str(one.user_id),
        name=one.name,
        email=one.email,
        standing=_standing(one)[0],
        is_admin=one.is_admin,
        is_active=one.is_active,
        added=exact(one.created_at),
        memberships=tuple(_membership(each) for each in one.memberships),
        sign_ins=tuple(_sign_in(each) for each in one.sign_ins),
        tokens=tuple(_token(each) for each in one.tokens),
    )


def engagement_lines(clients: Iterable[ClientView]) -> tuple[EngagementLine, ...]:
    """Return every engagement; a client without one has a line of its own."""
    lines = []
    for client in clients:
        for one in client.engagements:
            lines.append(
                EngagementLine(
                    engagement_id=str(one.engagement_id),
                    client_id=str(client.client_account_id),
                    client=client.name,
                    name=one.name,
                    created=_ago(one.created_at),
                    created_at=one.created_at.isoformat(),
                    standing=f"Archived {day_words(one.archived_at.date())}"
                    if one.archived_at
                    else "Open",
                )
            )
        if not client.engagements:
            lines.append(
                EngagementLine(
                    engagement_id="",
                    client_id=str(client.client_account_id),
                    client=client.name,
                    name="No engagement yet",
                    created=_ago(client.created_at),
                    created_at=client.created_at.isoformat(),
                    standing=NOTHING,
                )
            )
    return tuple(lines)


def client_choices(clients: Iterable[ClientView]) -> tuple[Choice, ...]:
    """Return the client accounts to pick from."""
    return tuple(Choice(str(one.client_account_id), one.name) for one in clients)


def engagement_choices(
    clients: Iterable[ClientView], client_id: str
) -> tuple[Choice, ...]:
    """Return the engagements of one client account to pick from."""
    return tuple(
        Choice(str(one.engagement_id), one.name)
        for client in clients
        if str(client.client_account_id) == client_id
        for one in client.engagements
    )


def _standing(one: PersonView) -> tuple[str, str]:
    """Return how a person stands, and the status that has its icon."""
    now = datetime.now(UTC)
    if not one.is_active:
        return "Deactivated", "cancelled"
    if one.locked_until is not None and one.locked_until > now:
        return f"Locked until {exact(one.locked_until)}", "retry_wait"
    return "Active", "completed"


def _roles(memberships: Sequence[MembershipView]) -> str:
    roles = dict.fromkeys(one.role.value.capitalize() for one in memberships)
    return ", ".join(sorted(roles)) or "No membership"


def _reach(memberships: Sequence[MembershipView]) -> str:
    places = [
        f"{one.client} / {one.engagement}" if one.engagement else one.client
        for one in memberships
    ]
    shown = ", ".join(places[:2])
    more = len(places) - 2
    return f"{shown} and {more} more" if more > 0 else shown or NOTHING


def _membership(one: MembershipView) -> GrantLine:
    return GrantLine(
        str(one.membership_id),
        f"{one.role.value.capitalize()} on {one.client}",
        one.engagement or "All its engagements",
    )


def _sign_in(one: SignInView) -> GrantLine:
    browser = one.user_agent[:_AGENT_LENGTH] or "Unknown browser"
    return GrantLine(
        str(one.session_id),
        f"Since {exact(one.created_at)}",
        f"{browser} · until {exact(one.expires_at)}",
    )


def _token(one: TokenView) -> GrantLine:
    used = f"used {_ago(one.last_used_at)}" if one.last_used_at else "never used"
    until = f"until {day_words(one.expires_at.date())}" if one.expires_at else "no end"
    return GrantLine(str(one.token_id), one.name, f"{used} · {until}")


def _ago(moment: datetime) -> str:
    return ago(moment, datetime.now(UTC))


def shown_words(rows: Sequence[PersonRow]) -> str:
    """Return how many people are shown."""
    return counted(len(rows), "person", "people")
