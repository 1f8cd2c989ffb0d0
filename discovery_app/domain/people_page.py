"""What the people page shows, what its address says, and what admins can do there."""

from dataclasses import dataclass, replace
from typing import Final

from discovery_app.domain.list_query import ListQuery

PEOPLE, CLIENTS = "people", "clients"


@dataclass(frozen=True)
class PeopleQuery(ListQuery):
    """The words of the page's address.

    Attributes:
        view: ``people`` or ``clients``.
        at: The cursor of the page of people.
        who: The email of the person in the drawer.
    """

    view: str = PEOPLE
    at: str = ""
    who: str = ""

    def cleaned(self) -> "PeopleQuery":
        """Return this without what makes no sense."""
        found = super().cleaned()
        view = found.view if found.view in (PEOPLE, CLIENTS) else PEOPLE
        return replace(found, view=view, page="")


@dataclass(frozen=True)
class PersonRow:
    """A person in the list, in words."""

    user_id: str
    name: str
    email: str
    role: str
    reach: str
    sign_ins: str
    tokens: str
    standing: str
    status: str


@dataclass(frozen=True)
class GrantLine:
    """Something a person holds that can be taken away: its id and its words."""

    key: str
    first: str
    second: str


@dataclass(frozen=True)
class PersonDetail:
    """The person in the drawer; empty while it is closed."""

    user_id: str = ""
    name: str = ""
    email: str = ""
    standing: str = ""
    is_admin: bool = False
    is_active: bool = True
    added: str = ""
    memberships: tuple[GrantLine, ...] = ()
    sign_ins: tuple[GrantLine, ...] = ()
    tokens: tuple[GrantLine, ...] = ()


@dataclass(frozen=True)
class EngagementLine:
    """An engagement with its client account."""

    engagement_id: str
    client_id: str
    client: str
    name: str
    created: str
    created_at: str
    standing: str


@dataclass(frozen=True)
class PeopleList:
    """One page of people."""

    people: tuple[PersonRow, ...] = ()
    shown: str = ""
    has_previous: bool = False
    has_next: bool = False


@dataclass(frozen=True)
class Act:
    """Something an admin can do, as the dialog asks it.

    Attributes:
        kind: Its stable word; empty while nothing is asked.
        title: With ``{name}`` where the name of what it acts on goes.
        asks: The fields that the dialog shows.
        danger: Whether something is lost.
        target: The id of what it acts on, beside the person in the drawer.
    """

    kind: str = ""
    title: str = ""
    effects: str = ""
    confirm: str = ""
    asks: tuple[str, ...] = ()
    danger: bool = False
    target: str = ""


@dataclass(frozen=True)
class ActForm:
    """What was filled in so far; a password is kept elsewhere."""

    name: str = ""
    email: str = ""
    role: str = ""
    client: str = ""
    engagement: str = ""
    days: str = "90"
    is_admin: bool = False


ACTS: Final = {
    one.kind: one
    for one in (
        Act(
            "add_person",
            "Add a person",
            "They can sign in with this password at once, and see nothing until they "
            "have a membership.",
            "Add the person",
            ("name", "email", "password", "is_admin"),
        ),
        Act(
            "set_password",
            "Set a new password for {name}",
            "They are unlocked, and every sign-in of theirs ends now.",
            "Set the password",
            ("password",),
        ),
        Act(
            "grant_admin",
            "Make {name} an admin",
            "They see every client, and can retry runs and change people.",
            "Make them an admin",
        ),
        Act(
            "withdraw_admin",
            "Take admin rights from {name}",
            "What is left is what their memberships give.",
            "Take the rights away",
            danger=True,
        ),
        Act(
            "deactivate",
            "Deactivate {name}",
            "They cannot sign in any more, and every sign-in and token of theirs ends "
            "now. What they did stays in every history.",
            "Deactivate the person",
            danger=True,
        ),
        Act(
            "reactivate",
            "Let {name} in again",
            "They can sign in with the password they had. Ended sign-ins and tokens "
            "stay ended.",
            "Let them in",
        ),
        Act(
            "revoke_all",
            "End every sign-in and token of {name}",
            "Browsers and programs that act for them are out within seconds.",
            "End them all",
            danger=True,
        ),
        Act(
            "add_membership",
            "Give {name} a membership",
            "One they have at the same place is replaced.",
            "Give the membership",
            ("role", "client", "engagement"),
        ),
        Act(
            "remove_membership",
            "Take a membership from {name}",
            "They no longer see what only this membership showed them.",
            "Take it away",
            danger=True,
        ),
        Act(
            "revoke_session",
            "End this sign-in of {name}",
            "That browser is out within seconds.",
            "End the sign-in",
            danger=True,
        ),
        Act(
            "add_token",
            "Make an API token for {name}",
            "A program that has it may do what they may. It is shown once.",
            "Make the token",
            ("name", "days"),
        ),
        Act(
            "revoke_token",
            "End this token of {name}",
            "Programs that use it are refused within seconds.",
            "End the token",
            danger=True,
        ),
        Act(
            "create_client",
            "Add a client account",
            "Nobody but admins sees it until somebody has a membership on it.",
            "Add the client account",
            ("name",),
        ),
        Act(
            "create_engagement",
            "Add an engagement",
            "Whoever has a membership on the whole client account sees it at once.",
            "Add the engagement",
            ("client", "name"),
        ),
    )
}

DONE: Final = {
    "add_person": "{name} can sign in now. Give them a membership next.",
    "set_password": "{name} has a new password and is signed out everywhere.",
    "grant_admin": "{name} is an admin now.",
    "withdraw_admin": "{name} is no admin any more.",
    "deactivate": "{name} is deactivated and signed out everywhere.",
    "reactivate": "{name} may sign in again.",
    "revoke_all": "Every sign-in and token of {name} has ended.",
    "add_membership": "{name} has the membership.",
    "remove_membership": "The membership of {name} is taken away.",
    "revoke_session": "The sign-in of {name} has ended.",
    "add_token": "The token {name} is made. Copy it now; it is not shown again.",
    "revoke_token": "The token of {name} has ended.",
    "create_client": "The client account {name} is there.",
    "create_engagement": "The engagement {name} is there.",
}
"""What is said when an act is done; ``{name}`` is a person's, or of what was made."""
