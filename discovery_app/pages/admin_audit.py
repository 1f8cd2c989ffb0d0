"""Audit: who did what, when and why."""

import reflex as rx

from discovery_app.components.data_table import Column, data_table, pager
from discovery_app.components.empty_state import empty_state
from discovery_app.components.export_menu import export_menu
from discovery_app.components.filter_bar import filter_bar, filter_chip
from discovery_app.components.for_admins import for_admins
from discovery_app.components.frame import frame
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.relative_time import relative_time
from discovery_app.components.table_row import cell, clipped, table_row, two_lines
from discovery_app.components.tokens import Tone
from discovery_app.domain.audit_page import PERIODS, AuditLine
from discovery_app.states.admin_audit import AdminAuditState
from discovery_app.states.session import SessionState

COLUMNS = (
    Column("Who", "176px"),
    Column("When", "128px"),
    Column("What", "184px"),
    Column("To what", "256px"),
    Column("Why"),
    Column("Where", "208px"),
)


@rx.page(
    route="/admin/audit",
    title="Audit · Discovery",
    on_load=[SessionState.load, SessionState.watch, AdminAuditState.watch],
)
def admin_audit() -> rx.Component:
    """Show the log, the newest entry first."""
    return frame(
        "Audit",
        for_admins(
            page_header(
                "Audit",
                export_menu(
                    (("Entries", "/api/v1/audit"),), AdminAuditState.export_query
                ),
                subtitle="Sign-ins, exports, overrides and every act of an admin. "
                "Entries are added and never changed.",
            ),
            notice(AdminAuditState.problem, tone=Tone.BAD),
            _filters(),
            data_table(
                "Audit entries, the newest first",
                COLUMNS,
                AdminAuditState.lines,
                _row,
                loading=AdminAuditState.loading,
                empty=empty_state(
                    "scroll_text", "No entry fits these filters", "Take a filter back."
                ),
                min_width="1120px",
                footer=pager(
                    AdminAuditState.shown,
                    AdminAuditState.previous_page,
                    AdminAuditState.next_page,
                    AdminAuditState.has_previous,
                    AdminAuditState.has_next,
                ),
            ),
            session=SessionState.view,
        ),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _filters() -> rx.Component:
    query = AdminAuditState.query
    return filter_bar(
        "Search subject or reason",
        [
            filter_chip("Who", AdminAuditState.actors, query.actor, _pick("actor")),
            filter_chip("What", AdminAuditState.actions, query.action, _pick("action")),
            filter_chip(
                "Client", AdminAuditState.clients, query.client, _pick("client")
            ),
            filter_chip("Last", tuple(PERIODS.items()), query.days, _pick("days")),
        ],
        value=query.q,
        on_change=AdminAuditState.search,
        on_clear=AdminAuditState.clear,
        filtered=AdminAuditState.is_filtered,
    )


def _pick(name: str):  # noqa: ANN202  A handler of one value.
    return lambda value: AdminAuditState.pick(name, value)


def _row(row: AuditLine) -> rx.Component:
    return table_row(
        rx.text(row.actor, size="2", weight="medium", class_name="truncate"),
        cell(relative_time(row.at, row.ago)),
        cell(row.action),
        cell(two_lines(row.subject, row.details)),
        cell(clipped(row.reason, size="2")),
        cell(clipped(row.place)),
    )
