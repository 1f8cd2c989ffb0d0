"""One engagement: its imports, its inventory's numbers, what is missing."""

import reflex as rx

from discovery_app.components.buttons import link_button
from discovery_app.components.charts import ranked_bars
from discovery_app.components.data_table import Column, data_table
from discovery_app.components.empty_state import empty_state
from discovery_app.components.facts import facts
from discovery_app.components.frame import frame
from discovery_app.components.layout import main_and_side, stack, tiles
from discovery_app.components.metric_tile import metric_tile
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.panel import panel, section
from discovery_app.components.relative_time import relative_time
from discovery_app.components.status_badge import status_label
from discovery_app.components.table_row import (
    cell,
    number_cell,
    progress_cell,
    table_row,
    two_lines,
)
from discovery_app.components.tokens import MUTED, Rows, Tone, how_many
from discovery_app.domain.board_lines import BoardLine
from discovery_app.domain.engagement_lines import GapLine
from discovery_app.states.engagement import EngagementState
from discovery_app.states.session import SessionState

IMPORTS = (
    Column("File and phase"),
    Column("Status", "176px"),
    Column("Progress", "124px"),
    Column("Started", "96px", numeric=True),
    Column("Owner", "136px"),
)
GAPS = (
    Column("Not known", "40%"),
    Column("Missing", "112px", numeric=True),
    Column("Readiness lost", "128px", numeric=True),
    Column("Who can tell"),
)
PATH = "/engagements/" + EngagementState.engagement_id


@rx.page(
    route="/engagements/[engagement_id]",
    title="Engagement · Discovery",
    on_load=[SessionState.load, SessionState.watch, EngagementState.watch],
)
def engagement() -> rx.Component:
    """Show numbers, imports and gaps of the engagement of the address."""
    there = EngagementState.name != ""
    return frame(
        "",
        page_header(
            rx.cond(there, EngagementState.name, "Engagement"),
            rx.cond(there, _actions()),
            subtitle=EngagementState.client,
            trail=(("Overview", "/"),),
        ),
        notice(EngagementState.problem, tone=Tone.BAD),
        rx.cond(there | EngagementState.loading, _body()),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _actions() -> rx.Component:
    inventory = EngagementState.totals.has_assets
    return rx.fragment(
        rx.cond(
            inventory, link_button("Dependencies", PATH + "/dependencies", "share_2")
        ),
        rx.cond(
            inventory, link_button("Modernisation", PATH + "/modernisation", "sparkles")
        ),
        rx.cond(
            EngagementState.may_import,
            link_button("Import files", PATH + "/import", "cloud_upload", solid=True),
        ),
    )


def _body() -> rx.Component:
    totals = EngagementState.totals
    return rx.fragment(
        _tiles(),
        main_and_side(
            stack(_imports(), rx.cond(totals.has_assets, _gaps())),
            stack(
                panel(
                    "Assets by type",
                    _bars(totals.types, "Assets by type"),
                ),
                panel(
                    "Assets by environment",
                    _bars(totals.environments, "Assets by environment"),
                ),
                panel(
                    "Capacity",
                    facts(
                        {
                            "Processors": totals.cores,
                            "Memory": totals.memory,
                            "Storage provisioned": totals.storage,
                        }
                    ),
                ),
            ),
        ),
    )


def _bars(rows: Rows, label: str) -> rx.Component:
    nothing = rx.text("Nothing is published yet.", size="2", color=MUTED)
    return rx.cond(how_many(rows) > 0, ranked_bars(rows, label=label), nothing)


def _tiles() -> rx.Component:
    totals = EngagementState.totals
    return tiles(
        metric_tile(
            "Assets", totals.assets, totals.assets_note, "boxes", href=PATH + "/assets"
        ),
        metric_tile(
            "Dependencies",
            totals.dependencies,
            "without noise",
            "share_2",
            href=PATH + "/dependencies",
        ),
        metric_tile(
            "Open conflicts",
            totals.conflicts,
            "sources that disagree",
            "git_compare",
            tone=Tone.ATTENTION,
            href=PATH + "/assets",
        ),
        metric_tile(
            "Data quality",
            totals.quality,
            "of the last import",
            "badge_check",
            href=PATH + "/assets",
        ),
        metric_tile(
            "Readiness",
            totals.readiness,
            totals.readiness_note,
            "gauge",
            href=PATH + "/modernisation",
        ),
    )


def _imports() -> rx.Component:
    return section(
        "Imports",
        data_table(
            "Imports",
            IMPORTS,
            EngagementState.imports,
            _import,
            loading=EngagementState.loading,
            empty=empty_state(
                "cloud_upload",
                "No imports yet",
                "Import an export of RVTools, a CMDB or a spreadsheet; its "
                "workflow appears here.",
                rx.cond(
                    EngagementState.may_import,
                    link_button("Import files", PATH + "/import", "cloud_upload"),
                ),
            ),
            min_width="760px",
        ),
        note=rx.link(
            EngagementState.imports_note,
            href="/workflows?sort=-started&engagement=" + EngagementState.engagement_id,
            size="2",
        ),
    )


def _import(row: BoardLine) -> rx.Component:
    return table_row(
        two_lines(row.title, rx.cond(row.wrong != "", row.wrong, row.context)),
        cell(status_label(row.status)),
        progress_cell(row.status, row.percent),
        cell(
            relative_time(row.started, row.age, phrase=False),
            justify="end",
            class_name="num nowrap",
        ),
        cell(row.owner, class_name="nowrap"),
        href=row.href,
    )


def _gaps() -> rx.Component:
    return section(
        "Gaps",
        data_table(
            "Gaps",
            GAPS,
            EngagementState.gaps,
            _gap,
            empty=empty_state(
                "circle_check",
                "Nothing is missing",
                "Every attribute of the assets in scope is known.",
            ),
            min_width="680px",
        ),
        note="what costs most readiness first, over all assets in scope",
    )


def _gap(row: GapLine) -> rx.Component:
    return table_row(
        two_lines(row.label, row.group),
        number_cell(row.missing),
        number_cell(row.lost, "%"),
        cell(rx.text(row.ask, size="2", class_name="breaks")),
    )
