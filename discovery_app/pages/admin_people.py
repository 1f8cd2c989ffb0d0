"""People: who may what where, by what they are signed in, and what admins change."""

from typing import Any

import reflex as rx

from discovery_app.components.buttons import (
    icon_button,
    plain_button,
    primary_button,
)
from discovery_app.components.code_block import copy_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.data_table import Column, data_table, pager
from discovery_app.components.drawer import drawer, drawer_section
from discovery_app.components.empty_state import empty_state
from discovery_app.components.field_select import field_select
from discovery_app.components.filter_bar import filter_bar
from discovery_app.components.for_admins import for_admins
from discovery_app.components.frame import frame
from discovery_app.components.layout import stack, with_drawer
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.relative_time import relative_time
from discovery_app.components.status_badge import status_icon
from discovery_app.components.table_row import (
    cell,
    clipped,
    number_cell,
    table_row,
    two_lines,
)
from discovery_app.components.tabs import tabs
from discovery_app.components.tokens import (
    MUTED,
    Tone,
    Words,
    as_var,
    how_many,
    said,
    when,
)
from discovery_app.domain.access import Role
from discovery_app.domain.display import Choice
from discovery_app.domain.people_page import (
    CLIENTS,
    PEOPLE,
    EngagementLine,
    GrantLine,
    PersonRow,
)
from discovery_app.states.admin_people import AdminPeopleState
from discovery_app.states.session import SessionState

PEOPLE_COLUMNS = (
    Column("Person", "240px"),
    Column("Role", "168px"),
    Column("Where"),
    Column("Sign-ins", "88px", numeric=True),
    Column("Tokens", "88px", numeric=True),
    Column("State", "200px"),
)
CLIENT_COLUMNS = (
    Column("Client and engagement", "320px"),
    Column("State", "160px"),
    Column("Added", "120px", numeric=True),
)
ROLES = (
    Choice(Role.CONSULTANT.value, "Consultant"),
    Choice(Role.MANAGER.value, "Manager"),
)


@rx.page(
    route="/admin/people",
    title="People · Discovery",
    on_load=[SessionState.load, SessionState.watch, AdminPeopleState.watch],
)
def admin_people() -> rx.Component:
    """Show people, or clients with their engagements."""
    return frame(
        "People",
        for_admins(
            page_header(
                "People",
                plain_button("Add client…", on_click=_ask("create_client")),
                plain_button("Add engagement…", on_click=_ask("create_engagement")),
                primary_button("Add person…", on_click=_ask("add_person")),
                subtitle="Who may do what where. Every change needs a reason and is "
                "kept in the audit log.",
            ),
            notice(AdminPeopleState.problem, tone=Tone.BAD),
            _said(AdminPeopleState.failure, Tone.BAD),
            _said(AdminPeopleState.notice, Tone.GOOD),
            when(AdminPeopleState.token != "", _token()),
            with_drawer(_views(), _drawer(), AdminPeopleState.detail.user_id != ""),
            _dialog(danger=False),
            _dialog(danger=True),
            session=SessionState.view,
        ),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _said(words: Words, tone: Tone) -> rx.Component:
    return notice(words, tone=tone, on_dismiss=AdminPeopleState.dismiss)


def _ask(kind: str, target: Any = "") -> Any:
    return AdminPeopleState.ask(kind, target)


def _token() -> rx.Component:
    return rx.flex(
        rx.box(
            rx.text("The new token, shown this once", size="2", weight="medium"),
            rx.el.code(AdminPeopleState.token, class_name="mono breaks"),
        ),
        copy_button(AdminPeopleState.token),
        justify="between",
        align="center",
        gap="12px",
        class_name="panel padded",
        role="status",
    )


def _views() -> rx.Component:
    return tabs(
        [
            (PEOPLE, "People", stack(_search(), _people())),
            (CLIENTS, "Clients and engagements", _clients()),
        ],
        AdminPeopleState.query.view,
        AdminPeopleState.show_view,
    )


def _search() -> rx.Component:
    return filter_bar(
        "Search name or email",
        value=AdminPeopleState.query.q,
        on_change=AdminPeopleState.search,
        count=AdminPeopleState.listed.shown,
    )


def _people() -> rx.Component:
    listed = AdminPeopleState.listed
    return data_table(
        "People",
        PEOPLE_COLUMNS,
        listed.people,
        _person,
        loading=AdminPeopleState.loading,
        empty=empty_state("users", "Nobody has such a name", "Search for less."),
        min_width="960px",
        footer=pager(
            listed.shown,
            AdminPeopleState.previous_page,
            AdminPeopleState.next_page,
            listed.has_previous,
            listed.has_next,
        ),
    )


def _person(row: PersonRow) -> rx.Component:
    return table_row(
        two_lines(row.name, row.email),
        cell(row.role),
        cell(clipped(row.reach, size="2")),
        number_cell(row.sign_ins),
        number_cell(row.tokens),
        cell(
            rx.flex(
                status_icon(row.status),
                rx.text(row.standing, size="2", class_name="truncate"),
                align="center",
                gap="8px",
                title=row.standing,
            )
        ),
        on_open=AdminPeopleState.open(row.email),
        selected=AdminPeopleState.query.who == row.email,
    )


def _clients() -> rx.Component:
    return data_table(
        "Clients and engagements",
        CLIENT_COLUMNS,
        AdminPeopleState.engagements,
        _engagement,
        loading=AdminPeopleState.loading,
        empty=empty_state(
            "building_2", "No client account yet", "Add the first one above."
        ),
    )


def _engagement(row: EngagementLine) -> rx.Component:
    return table_row(
        two_lines(row.name, row.client),
        cell(row.standing),
        cell(
            relative_time(row.created_at, row.created),
            text_align="right",
            class_name="num",
        ),
    )


def _drawer() -> rx.Component:
    shown = AdminPeopleState.detail
    return drawer(
        shown.name,
        rx.text(shown.standing, " · added ", shown.added, size="1", color=MUTED),
        _grants(
            "Memberships",
            shown.memberships,
            "remove_membership",
            "Take away",
            "No membership: they see nothing.",
            plain_button(
                "Give a membership…", size="1", on_click=_ask("add_membership")
            ),
        ),
        _grants(
            "Signed in on",
            shown.sign_ins,
            "revoke_session",
            "End this sign-in",
            "Nowhere.",
        ),
        _grants(
            "API tokens",
            shown.tokens,
            "revoke_token",
            "End this token",
            "None.",
            plain_button("Make a token…", size="1", on_click=_ask("add_token")),
        ),
        drawer_section("The person", _switches()),
        on_close=AdminPeopleState.close,
        subtitle=shown.email,
    )


def _switches() -> rx.Component:
    shown = AdminPeopleState.detail
    return rx.flex(
        plain_button("Set password…", on_click=_ask("set_password")),
        rx.cond(
            shown.is_admin,
            plain_button("Take admin rights…", on_click=_ask("withdraw_admin")),
            plain_button("Make admin…", on_click=_ask("grant_admin")),
        ),
        plain_button("End sign-ins and tokens…", on_click=_ask("revoke_all")),
        rx.cond(
            shown.is_active,
            plain_button("Deactivate…", on_click=_ask("deactivate")),
            plain_button("Let in again…", on_click=_ask("reactivate")),
        ),
        gap="8px",
        wrap="wrap",
        margin_top="8px",
    )


def _grants(
    title: str,
    granted: Any,
    kind: str,
    label: str,
    none: str,
    action: rx.Component | None = None,
) -> rx.Component:
    return drawer_section(
        title,
        rx.foreach(granted, lambda line: _grant(line, kind, label)),
        when(how_many(granted) == 0, rx.text(none, size="2", color=MUTED)),
        rx.box(action, margin_top="8px") if action else rx.fragment(),
    )


def _grant(line: GrantLine, kind: str, label: str) -> rx.Component:
    return rx.flex(
        rx.box(
            rx.text(line.first, size="2", class_name="breaks"),
            rx.text(line.second, size="1", color=MUTED, class_name="breaks"),
            min_width="0",
        ),
        icon_button("x", label, size="1", on_click=_ask(kind, line.key)),
        justify="between",
        align="start",
        gap="8px",
        padding="4px 0",
    )


def _dialog(*, danger: bool) -> rx.Component:
    act = as_var(AdminPeopleState.act)
    right = act.danger if danger else ~act.danger
    return confirm_dialog(
        None,
        act.title,
        act.effects,
        act.confirm,
        on_confirm=AdminPeopleState.do,
        reason=AdminPeopleState.reason,
        on_reason=AdminPeopleState.write_reason,
        reason_hint="Joins the project on Monday.",
        danger=danger,
        content=_fields(),
        is_open=((said(act.kind) != "") & right).bool(),
        on_open_change=AdminPeopleState.opened,
    )


def _fields() -> rx.Component:
    form = AdminPeopleState.form
    return rx.flex(
        _asked("client", _pick("Client account", "client", AdminPeopleState.clients)),
        _asked("name", _text("Name", form.name, "name")),
        _asked("email", _text("Email", form.email, "email")),
        _asked("password", _password()),
        _asked("role", _pick("Role", "role", list(ROLES))),
        _asked(
            "engagement", _pick("Engagement", "engagement", AdminPeopleState.places)
        ),
        _asked("days", _text("Days it lasts; empty for no end", form.days, "days")),
        _asked("is_admin", _admin()),
        direction="column",
        gap="12px",
        margin_top="16px",
    )


def _asked(name: str, field: rx.Component) -> rx.Component:
    asks = rx.Var.create(AdminPeopleState.act.asks).to(list[str])
    return when(asks.contains(name), field)


def _text(label: str, value: Any, name: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="label"),
        rx.input(
            value=value,
            on_change=lambda words: AdminPeopleState.write(name, words),
            size="2",
            margin_top="4px",
            custom_attrs={"autoComplete": "off"},
        ),
        display="block",
    )


def _password() -> rx.Component:
    return rx.el.label(
        rx.el.span("Password", class_name="label"),
        rx.input(
            type="password",
            on_change=AdminPeopleState.write_password,
            size="2",
            margin_top="4px",
            custom_attrs={"autoComplete": "new-password"},
        ),
        display="block",
    )


def _pick(label: str, name: str, choices: Any) -> rx.Component:
    words = {
        "client": AdminPeopleState.client_word,
        "engagement": AdminPeopleState.place_word,
        "role": AdminPeopleState.form.role.capitalize(),
    }
    return rx.box(
        rx.text(label, size="2", class_name="label", margin_bottom="4px"),
        field_select(
            label,
            words[name],
            choices,
            lambda value: AdminPeopleState.write(name, value),
            placeholder="All engagements" if name == "engagement" else "Choose…",
            search=f"Search {label.lower()}",
        ),
    )


def _admin() -> rx.Component:
    return rx.el.label(
        rx.checkbox(
            checked=AdminPeopleState.form.is_admin,
            on_change=AdminPeopleState.write_admin,
            size="1",
        ),
        rx.text("Admin: sees every client and changes people", size="2", as_="span"),
        display="flex",
        align_items="center",
        gap="8px",
    )
