"""Parts of the page of data issues: the row that is corrected, and what was."""

import reflex as rx

from discovery_app.components.buttons import plain_button, primary_button, quiet_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.data_table import Column, data_table, pager
from discovery_app.components.drawer import drawer, drawer_section, verdict
from discovery_app.components.effect_list import effect_list
from discovery_app.components.notice import notice
from discovery_app.components.panel import foldable, section
from discovery_app.components.table_row import cell, clipped, number_cell, table_row
from discovery_app.components.tokens import (
    MUTED,
    Tone,
    Words,
    how_many,
    said,
    text_color,
    when,
    when_said,
)
from discovery_app.domain.correction_lines import (
    CellField,
    CorrectionLine,
    ProblemLine,
)
from discovery_app.states.replaced_inventory import ReplacedInventoryState
from discovery_app.states.row_corrections import RowCorrectionsState as State

COLUMNS = (
    Column("File and sheet", "176px"),
    Column("Row", "64px", numeric=True),
    Column("Column", "120px"),
    Column("From"),
    Column("To"),
    Column("Where it stands", "120px"),
    Column("By", "136px"),
    Column("", "104px"),
)
_ICONS = (
    ("fixed", "circle_check", Tone.GOOD),
    ("left", "circle_x", Tone.BAD),
    ("warned", "triangle_alert", Tone.ATTENTION),
)


def waiting_corrections() -> rx.Component:
    """Return the line that says what waits, and lets the workflow run with it."""
    return rx.fragment(
        notice(State.failure, tone=Tone.BAD, on_dismiss=State.dismiss),
        notice(State.notice, tone=Tone.GOOD, on_dismiss=State.dismiss),
        notice(
            State.listed.waiting,
            "The inventory changes once they are applied.",
            action=when(State.listed.may_fix, _apply()),
        ),
    )


def _apply() -> rx.Component:
    return confirm_dialog(
        primary_button("Apply corrections…", "play"),
        "Apply the corrections?",
        "The workflow runs again from data validation and reads the corrected rows. "
        "Approved mappings and decisions stay; rows that were right stay unchanged. "
        "The uploaded files are not touched. A value that was corrected to empty, or "
        "taken back, leaves the inventory with this run.",
        "Apply and run again",
        on_confirm=State.apply,
        content=effect_list(ReplacedInventoryState.words),
        on_open_change=ReplacedInventoryState.look,
    )


def row_drawer() -> rx.Component:
    """Return the form for the row that is open."""
    row = State.editor
    return drawer(
        row.title,
        when_said(row.verdict, verdict(row.verdict, row.summary)),
        when(
            how_many(row.problems) > 0,
            drawer_section("Problems", rx.foreach(row.problems, _problem)),
        ),
        # With a key of its own for each answer, the form starts from what was kept.
        rx.form(
            rx.foreach(row.first, _field),
            when(
                how_many(row.others) > 0,
                foldable(
                    "Other cells of the row", rx.box(rx.foreach(row.others, _field))
                ),
            ),
            primary_button("Keep and check again", "check", type="submit"),
            rx.text(
                "Only this row is checked, with a sample of its table around it.",
                size="1",
                color=MUTED,
            ),
            on_submit=State.check,
            key=row.key,
            class_name="plain-form row-form",
        ),
        on_close=State.close,
        subtitle=row.subtitle,
    )


def _field(field: CellField) -> rx.Component:
    control = {
        "name": field.name,
        "default_value": field.value,
        "aria_invalid": rx.cond(field.problem != "", "true", "false"),
    }
    return rx.el.label(
        rx.el.span(field.label, class_name="label breaks"),
        rx.cond(
            field.long,
            rx.el.textarea(class_name="text-input tall", rows=4, **control),
            rx.el.input(
                type="text", class_name="text-input", auto_complete="off", **control
            ),
        ),
        when_said(
            field.problem,
            rx.text(field.problem, size="1", color=text_color(Tone.BAD)),
        ),
        when_said(field.hint, rx.text(field.hint, size="1", color=MUTED)),
        class_name="field",
    )


def _problem(line: ProblemLine) -> rx.Component:
    icons = [
        (state, rx.icon(icon, size=16, color=text_color(tone), aria_hidden=True))
        for state, icon, tone in _ICONS
    ]
    other = rx.icon("info", size=16, color=MUTED, aria_hidden=True)
    return rx.flex(
        rx.box(rx.match(line.look, *icons, other), flex_shrink="0"),
        rx.box(
            rx.text(line.word, size="2", weight="medium"),
            rx.text(line.message, size="2", class_name="breaks"),
            when_said(line.fix, rx.text(line.fix, size="1", color=MUTED)),
            min_width="0",
        ),
        gap="8px",
        padding="4px 0",
    )


def corrections_made() -> rx.Component:
    """Return the list of every correction; nothing while there is none."""
    listed = State.listed
    return when(
        how_many(listed.lines) > 0,
        section(
            "Corrections",
            data_table(
                "Corrections, the newest first",
                COLUMNS,
                listed.lines,
                _line,
                min_width="960px",
                footer=pager(
                    listed.shown,
                    State.turn(-1),
                    State.turn(1),
                    listed.has_previous,
                    listed.has_next,
                ),
            ),
        ),
    )


def _line(line: CorrectionLine) -> rx.Component:
    return table_row(
        clipped(line.place, size="2"),
        number_cell(line.row),
        cell(clipped(line.column, size="2")),
        cell(_value(line.before)),
        cell(_value(line.after)),
        cell(
            rx.text(
                line.state, size="2", weight=rx.cond(line.waits, "medium", "regular")
            )
        ),
        cell(
            rx.text(line.who, size="2", class_name="truncate", title=line.who),
            rx.text(line.at, size="1", color=MUTED, class_name="num"),
        ),
        cell(
            when(
                State.listed.may_fix & line.open,
                quiet_button(
                    "Take back",
                    size="1",
                    on_click=State.undo(line.correction_id),
                    aria_label="Take back: " + line.column + ", row " + line.row,
                ),
            ),
            justify="end",
        ),
    )


def _value(value: Words) -> rx.Component:
    return rx.cond(
        value != "",
        rx.el.code(value, class_name="sample", title=value),
        rx.text("empty", size="1", color=MUTED),
    )


def correct_button(file: Words, sheet: Words, number: int) -> rx.Component:
    """Return what opens a row for correction; nothing for who may not correct.

    Args:
        file: As the issue names it.
        sheet: The same way.
        number: Of the row; 0 if the issue is about the whole sheet.
    """
    there = rx.Var.create(number).to(int) > 0
    return when(
        State.listed.may_fix & there,
        plain_button(
            "Correct",
            size="1",
            on_click=State.open(file, sheet, number),
            aria_label=said("Correct row ") + said(number),
        ),
    )
