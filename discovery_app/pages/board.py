"""The board: every workflow one may see, what needs a person first."""

import reflex as rx

from discovery_app.components.charts import ranked_bars, stacked_bars
from discovery_app.components.data_table import Column, Sorting, data_table, pager
from discovery_app.components.empty_state import empty_state
from discovery_app.components.filter_bar import filter_bar, filter_chip
from discovery_app.components.frame import frame
from discovery_app.components.layout import halves, last_on_phone, stack
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.panel import foldable, panel
from discovery_app.components.relative_time import relative_time
from discovery_app.components.status_badge import LOOKS, status_label
from discovery_app.components.table_row import (
    cell,
    number_cell,
    progress_cell,
    table_row,
    two_lines,
)
from discovery_app.components.tokens import MUTED, Tone, text_color
from discovery_app.components.workflow_tiles import workflow_tiles
from discovery_app.domain.board import BOARD_STATUSES
from discovery_app.domain.board_lines import BoardLine
from discovery_app.domain.board_query import STARTED
from discovery_app.states.board import BoardState
from discovery_app.states.session import SessionState

COLUMNS = (
    Column("Client and engagement", "184px", key="client"),
    Column("Status", "172px", key="attention"),
    Column("File and phase", "248px", key="file"),
    Column("Progress", "124px", key="progress"),
    Column("Started", "96px", numeric=True, key="started"),
    Column("Attempts", "96px", numeric=True, key="attempts"),
    Column("Owner", "128px", key="owner"),
    Column("Last error"),
)


@rx.page(
    route="/workflows",
    title="Workflows · Discovery",
    on_load=[SessionState.load, SessionState.watch, BoardState.watch],
)
def board() -> rx.Component:
    """Show tiles, list and charts; a consultant gets the list of their engagements."""
    return frame(
        "Workflows",
        page_header(
            "Workflows",
            subtitle=rx.cond(
                BoardState.has_board,
                "All engagements you may see",
                "Of the engagements you work on",
            ),
        ),
        notice(BoardState.problem, tone=Tone.BAD),
        rx.cond(BoardState.has_board, workflow_tiles(BoardState.tiles)),
        _filters(),
        data_table(
            "Workflows",
            COLUMNS,
            BoardState.lines,
            _row,
            sorting=Sorting(BoardState.sort, BoardState.descending, BoardState.sort_by),
            loading=BoardState.loading,
            empty=_empty(),
            min_width="1168px",
            footer=pager(
                BoardState.shown,
                BoardState.previous_page,
                BoardState.next_page,
                BoardState.previous_cursor != "",
                BoardState.next_cursor != "",
            ),
        ),
        rx.cond(BoardState.has_board, _charts()),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _filters() -> rx.Component:
    query = BoardState.query
    statuses = [(one, LOOKS[one].word) for one in BOARD_STATUSES]
    return filter_bar(
        "Search client, file or owner",
        [
            filter_chip("Status", statuses, query.status, _pick("status")),
            filter_chip(
                "Engagement",
                BoardState.engagements,
                query.engagement,
                _pick("engagement"),
            ),
            filter_chip("Phase", BoardState.phases, query.phase, _pick("phase")),
            filter_chip("Owner", BoardState.owners, query.owner, _pick("owner")),
            filter_chip(
                "Started", tuple(STARTED.items()), query.started, _pick("started")
            ),
        ],
        value=query.q,
        on_change=BoardState.search,
        count=rx.cond(BoardState.loading, "", BoardState.total),
        on_clear=BoardState.clear,
        filtered=BoardState.is_filtered,
    )


def _pick(name: str):  # noqa: ANN202  A handler of one value.
    return lambda value: BoardState.pick(name, value)


def _empty() -> rx.Component:
    return rx.cond(
        BoardState.is_filtered,
        empty_state(
            "search_x", "No workflow fits these filters", "Take a filter back."
        ),
        empty_state(
            "workflow",
            "No workflows yet",
            "One starts with every import. Open an engagement and import files.",
        ),
    )


def _row(row: BoardLine) -> rx.Component:
    return table_row(
        two_lines(row.client, row.engagement),
        cell(status_label(row.status)),
        cell(two_lines(row.title, row.context)),
        progress_cell(row.status, row.percent),
        cell(
            relative_time(row.started, row.age, phrase=False),
            justify="end",
            class_name="num nowrap",
        ),
        number_cell(row.attempts),
        cell(row.owner, class_name="nowrap"),
        cell(
            rx.cond(
                row.wrong != "",
                rx.text(
                    row.wrong,
                    size="1",
                    color=text_color(Tone.BAD),
                    class_name="two-lines",
                    title=row.wrong,
                ),
                rx.text("–", size="2", color=MUTED),
            )
        ),
        href=row.href,
    )


def _charts() -> rx.Component:
    trends = BoardState.trends
    return last_on_phone(
        foldable(
            "Charts",
            stack(
                halves(
                    panel(
                        "Runs per day",
                        stacked_bars(
                            BoardState.days,
                            {
                                "Completed": Tone.GOOD,
                                "Failed": Tone.BAD,
                                "Cancelled": Tone.NEUTRAL,
                            },
                            label=trends.day_sentence,
                            height=140,
                            every=2,
                        ),
                        note="how runs ended, last 14 days, UTC",
                    ),
                    panel(
                        "Time per phase",
                        ranked_bars(trends.phases, label="Median time per phase"),
                        note="median of completed runs, last 14 days",
                    ),
                ),
                panel(
                    "Rows per engagement",
                    ranked_bars(trends.engagements, label="Rows per engagement"),
                    note="of completed workflows",
                ),
            ),
            opened=True,
        )
    )
