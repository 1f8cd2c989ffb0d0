"""The mapping review: what each column of an import means."""

import reflex as rx

from discovery_app.components.buttons import (
    link_button,
    on_key,
    plain_button,
    primary_button,
    quiet_button,
)
from discovery_app.components.code_block import sample_values
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.data_table import Column, data_table, pager
from discovery_app.components.effect_list import effect_list
from discovery_app.components.empty_state import empty_state, skeleton_lines
from discovery_app.components.field_select import field_select
from discovery_app.components.filter_bar import filter_bar, filter_chip
from discovery_app.components.frame import frame
from discovery_app.components.layout import key_hints, stack, sticky_footer
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.pick_list import Choices
from discovery_app.components.reading import choice_chip, choice_line
from discovery_app.components.status_badge import status_badge
from discovery_app.components.table_row import cell, table_row
from discovery_app.components.tabs import group_head
from discovery_app.components.tokens import (
    MUTED,
    Tone,
    how_many,
    text_color,
    when,
)
from discovery_app.domain.mapping_review import CUSTOM_FIELD, MappingGroup, MappingRow
from discovery_app.states.field_mapping import FieldMappingState as State
from discovery_app.states.replaced_inventory import ReplacedInventoryState
from discovery_app.states.session import SessionState

COLUMNS = (
    Column("Column in the file", "184px"),
    Column("Samples", "208px"),
    Column("Target field", "232px"),
    Column("Confidence", "108px", numeric=True),
    Column("Why"),
    Column("", "132px"),
)
DROPPED = (Column("Column in the file", "232px"), Column("Why it is not read"))
KEYS = (
    ("J K", "move"),
    ("Enter", "accept"),
    ("E", "change target"),
    ("U", "keep as custom"),
)


@rx.page(
    route="/workflows/[workflow_id]/mapping",
    title="Mapping review · Discovery",
    on_load=[SessionState.load, SessionState.watch, State.watch],
)
def field_mapping() -> rx.Component:
    """Return the mapping review page."""
    review = State.review
    return frame(
        "Workflows",
        page_header(
            "Mapping review",
            when(
                State.may_decide & (review.confirmable > 0),
                plain_button(
                    f"Accept {review.confirmable} confident",
                    "check_check",
                    on_click=State.confirm,
                ),
            ),
            when(
                review.workflow_id != "",
                link_button(
                    "How the files are read",
                    f"/workflows/{review.workflow_id}/reading",
                    "table_2",
                ),
            ),
            when(State.may_reopen, _reopen()),
            subtitle=_subtitle(),
            beside=when(review.status != "", status_badge(review.status)),
            trail=(
                ("Workflows", "/workflows"),
                (review.title, "/workflows/" + review.workflow_id),
            ),
        ),
        notice(State.problem, on_dismiss=State.dismiss),
        rx.cond(State.loading, skeleton_lines(12), _review()),
        when(State.may_decide & (review.columns > 0), _footer()),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _reopen() -> rx.Component:
    return confirm_dialog(
        plain_button("Change the mapping…", "pencil"),
        "Change the mapping of this import?",
        "The workflow waits for the mapping again, with every decision as it stands. "
        "Once you approve it, the phases after it run again and replace what the last "
        "run brought.",
        "Change the mapping",
        on_confirm=State.reopen,
        reason=State.reason,
        on_reason=State.write_reason,
        reason_hint="The memory column is in GB",
        content=effect_list(ReplacedInventoryState.words),
        on_open_change=ReplacedInventoryState.look,
    )


def _subtitle() -> rx.Var:
    review = State.review
    return rx.cond(
        review.columns > 0,
        rx.cond(
            review.waiting,
            f"{review.columns} columns · {review.undecided} need your decision. "
            "Every decision is kept at once.",
            f"{review.columns} columns. The mapping was applied; this is what it said.",
        ),
        "",
    ).to(str)


def _review() -> rx.Component:
    review = State.review
    return rx.cond(
        review.columns == 0,
        empty_state(
            "columns_3",
            "There is no mapping yet",
            "It appears here once the workflow has read the file's columns.",
        ),
        stack(
            filter_bar(
                "Search column, target or sample",
                (
                    filter_chip(
                        "Sheet", review.sheets, State.chosen.sheet, State.pick_sheet
                    ),
                    filter_chip(
                        "Outcome",
                        State.outcomes,
                        State.chosen.outcome,
                        State.pick_outcome,
                    ),
                    filter_chip(
                        "Rule", review.rules, State.chosen.rule, State.pick_rule
                    ),
                ),
                value=State.chosen.search,
                on_change=State.search,
                count=f"{review.matching} of {review.columns} shown",
                on_clear=State.clear,
                filtered=State.filtered,
            ),
            rx.cond(
                review.matching == 0,
                empty_state(
                    "search_x",
                    "No column fits these filters",
                    "Clear the filters to see every column.",
                    plain_button("Clear filters", on_click=State.clear),
                ),
                rx.fragment(),
            ),
            _group("Needs your decision", review.open, "review", Tone.ATTENTION),
            _group("Mapped", review.sure, "confident", Tone.GOOD),
            _group("Kept as custom fields", review.kept, "unmapped", Tone.NEUTRAL),
            _dropped(),
        ),
    )


def _group(title: str, group: MappingGroup, outcome: str, tone: Tone) -> rx.Component:
    return when(
        group.count != "0",
        rx.fragment(
            group_head(title, group.count, _group_icon(tone)),
            data_table(
                title,
                COLUMNS,
                group.rows,
                lambda row: _row(row, tone),
                min_width="1040px",
                cards=True,
                footer=_pager(group, outcome),
            ),
        ),
    )


def _group_icon(tone: Tone) -> rx.Component:
    icons = {Tone.ATTENTION: "circle_alert", Tone.GOOD: "circle_check"}
    return rx.icon(
        icons.get(tone, "circle_dashed"),
        size=16,
        color=text_color(tone),
        aria_hidden=True,
    )


def _pager(group: MappingGroup, outcome: str) -> rx.Component:
    return when(
        group.shown != "",
        pager(
            group.shown,
            State.turn(outcome, -1),
            State.turn(outcome, 1),
            group.has_previous,
            group.has_next,
        ),
    )


def _row(row: MappingRow, tone: Tone) -> rx.Component:
    return table_row(
        _name(row),
        cell(sample_values(row.samples)),
        cell(_target(row)),
        _confidence(row, tone),
        cell(
            rx.text(row.rule, size="2", weight="medium"),
            rx.text(row.reason, size="1", color=MUTED),
        ),
        cell(_actions(row), justify="end"),
        keyed=True,
        identity=row.mapping_id,
    )


def _name(row: MappingRow) -> rx.Component:
    return rx.box(
        rx.text(
            row.header,
            size="2",
            weight="medium",
            class_name="two-lines",
            title=row.header,
        ),
        rx.text(row.filled, size="1", color=MUTED, class_name="num"),
        rx.text(
            row.place, size="1", color=MUTED, class_name="truncate", title=row.place
        ),
    )


def _target(row: MappingRow) -> rx.Component:
    unit = _unit(row)
    return rx.cond(
        State.may_decide,
        rx.box(
            rx.cond(
                row.role == "connections",
                _select(row, State.edge_targets),
                _select(row, State.asset_targets),
            ),
            _others(row),
            unit,
        ),
        rx.box(rx.text(row.target, size="2"), unit),
    )


def _unit(row: MappingRow) -> rx.Component:
    told = rx.text("Values are in ", row.unit, size="1", color=MUTED, margin_top="4px")
    lines = rx.foreach(
        row.units,
        lambda unit: choice_line(
            unit.label,
            unit.value,
            lambda picked: State.set_unit(row.mapping_id, picked),
        ),
    )
    shown = rx.cond(row.unit != "", row.unit, "not known")
    name = f"Unit of {row.header}"
    picked = rx.box(choice_chip("Values in", shown, lines, name=name), margin_top="6px")
    return rx.cond(
        State.may_decide & (how_many(row.units) > 0),
        picked,
        rx.cond(row.unit != "", told, rx.fragment()),
    )


def _select(row: MappingRow, targets: Choices) -> rx.Component:
    return field_select(
        f"Target of {row.header}",
        row.target,
        targets,
        lambda target: State.decide(row.mapping_id, target),
        key="E",
    )


def _others(row: MappingRow) -> rx.Component:
    return rx.cond(
        row.open & (how_many(row.others) > 0),
        rx.flex(
            rx.text("or", size="1", color=MUTED),
            rx.foreach(
                row.others,
                lambda other: quiet_button(
                    other.label,
                    size="1",
                    on_click=State.decide(row.mapping_id, other.value),
                    aria_label=f"Map {row.header} to {other.label}",
                ),
            ),
            gap="12px",
            wrap="wrap",
            align="center",
            margin_top="6px",
        ),
        rx.fragment(),
    )


def _confidence(row: MappingRow, tone: Tone) -> rx.Component:
    return cell(
        rx.text(row.percent, " %", size="2", class_name="num"),
        rx.progress(
            value=row.percent,
            size="1",
            color_scheme=tone.value,
            aria_label=f"Confidence of {row.header}",
        ),
        justify="end",
    )


def _actions(row: MappingRow) -> rx.Component:
    accepted = rx.flex(
        rx.icon("check", size=14, aria_hidden=True),
        rx.text("Confirmed", size="1"),
        align="center",
        justify="end",
        gap="4px",
        color=text_color(Tone.GOOD),
    )
    return rx.cond(
        row.open & State.may_decide,
        rx.flex(
            rx.button(
                "Accept",
                size="1",
                variant="surface",
                type="button",
                on_click=State.decide(row.mapping_id, row.best),
                aria_label=f"Accept {row.target} for {row.header}",
                custom_attrs=on_key("Enter"),
            ),
            quiet_button(
                "Custom",
                size="1",
                on_click=State.decide(row.mapping_id, CUSTOM_FIELD),
                aria_label=f"Keep {row.header} as custom field",
                custom_attrs=on_key("U"),
            ),
            gap="16px",
            align="center",
            justify="end",
        ),
        rx.cond(row.accepted, accepted, rx.fragment()),
    )


def _dropped() -> rx.Component:
    group = State.review.dropped
    return when(
        group.count != "0",
        rx.fragment(
            group_head(
                "Never imported",
                group.count,
                rx.icon("ban", size=16, color=MUTED, aria_hidden=True),
            ),
            data_table(
                "Columns that are never imported",
                DROPPED,
                group.rows,
                lambda row: table_row(_name(row), cell(row.reason)),
                min_width="480px",
                footer=_pager(group, "never_imported"),
            ),
        ),
    )


def _footer() -> rx.Component:
    review = State.review
    return sticky_footer(
        rx.flex(
            rx.text(
                f"{review.mapped} mapped · {review.custom} custom fields · "
                f"{review.never} never imported",
                size="2",
                aria_live="polite",
            ),
            key_hints(KEYS),
            align="center",
            gap="16px",
            wrap="wrap",
        ),
        rx.text(
            rx.checkbox(
                "Remember for the next import",
                checked=State.remembers,
                on_change=State.remember,
                size="1",
            ),
            as_="label",
            size="2",
            class_name="remember",
        ),
        primary_button(
            rx.cond(
                review.undecided > 0,
                f"{review.undecided} still to decide",
                f"Approve {review.mapped} mappings",
            ),
            on_click=State.approve,
            disabled=review.undecided > 0,
        ),
    )
