"""How a file is read: its first rows, and what a person may correct about it."""

from collections.abc import Callable
from typing import Any, Final

import reflex as rx

from discovery_app.components.notice import notice
from discovery_app.components.panel import section
from discovery_app.components.pick_list import Choices, pick_list
from discovery_app.components.preview_table import preview_table
from discovery_app.components.tokens import (
    Tone,
    ValueHandler,
    Words,
    how_many,
    said,
    when,
)
from discovery_app.domain.display import Choice
from discovery_app.domain.uploads import PreviewNote, SheetGuess

Corrects = Callable[[str, Any], Any]
"""Gets the name of a correction and the word that was picked; empty is as detected."""

DELIMITERS: Final = (
    Choice(",", "comma ,"),
    Choice(";", "semicolon ;"),
    Choice("tab", "tab"),
    Choice("|", "pipe |"),
    Choice("space", "space"),
)
ENCODINGS: Final = (
    Choice("utf-8", "UTF-8"),
    Choice("utf-16", "UTF-16"),
    Choice("cp1252", "Windows-1252"),
    Choice("latin-1", "Latin-1"),
    Choice("mac-roman", "Mac Roman"),
)
HEADER_ROWS: Final = (
    Choice("0", "There are no headers"),
    *(Choice(str(row), f"Row {row}") for row in range(1, 41)),
)
ROLES: Final = {
    "assets": "assets",
    "related": "adds detail to assets",
    "connections": "connections",
    "ignored": "not read",
}


def reading(
    title: Words,
    shown: Any,
    read_as: Any,
    sources: Choices,
    *,
    on_correct: Corrects,
    on_sheet: ValueHandler,
    files: rx.Component | None = None,
) -> rx.Component:
    """Return the first rows of a file, under what was detected and may be corrected.

    Args:
        title: Above it all, with the name of the file.
        shown: A ``FilePreview`` of the state.
        read_as: A ``ReadAs`` of the state: what was corrected so far.
        sources: The tools that a file may come from.
        on_correct: Reads the file another way.
        on_sheet: Gets the sheet to look at.
        files: Chooses among several files.
    """

    def correction(name: str, value: Words, choices: Choices, key: str) -> rx.Component:
        return _correction(
            name, value, choices, getattr(read_as, key), lambda w: on_correct(key, w)
        )

    return section(
        title,
        rx.flex(
            files or rx.fragment(),
            correction("Source", shown.source, sources, "source"),
            when(how_many(shown.sheets) > 1, _sheet_to_show(shown, on_sheet)),
            correction("Header row", _row_words(shown), HEADER_ROWS, "header_row"),
            rx.cond(
                shown.encoding != "",
                rx.fragment(
                    correction("Delimiter", _delimiter(shown), DELIMITERS, "delimiter"),
                    correction("Encoding", _encoding(shown), ENCODINGS, "encoding"),
                ),
                _only_sheet(shown, read_as, on_correct),
            ),
            gap="8px",
            wrap="wrap",
            margin_bottom="8px",
        ),
        rx.text(shown.evidence, size="1", class_name="quiet", margin_bottom="12px"),
        rx.foreach(shown.notes, _note),
        preview_table(said("First rows of ") + shown.name, shown.columns, shown.rows),
        note=_preview_words(shown),
    )


def choice_chip(
    label: str, value: Words, *lines: rx.Component, name: Words = ""
) -> rx.Component:
    """Return a small button that opens a list of ``choice_line``.

    Args:
        name: What it chooses, for a screen reader, where ``label`` says too little.
    """
    return rx.popover.root(
        rx.popover.trigger(_chip(label, value, name or label)),
        rx.popover.content(
            rx.el.ul(*lines, class_name="pick-list"),
            class_name="pick-popover",
            size="1",
            align="start",
            custom_attrs={"aria-label": name or label},
        ),
    )


def choice_line(words: Words, value: Words, on_pick: ValueHandler) -> rx.Component:
    """Return one line of a ``choice_chip``."""
    return rx.el.li(
        rx.popover.close(
            rx.el.button(
                rx.el.span(words, class_name="truncate", title=words),
                type="button",
                on_click=on_pick(value),
            )
        ),
        class_name="pick-option",
    )


def _preview_words(shown: Any) -> Words:
    more = rx.cond(
        shown.column_count > how_many(shown.columns),
        f" and {how_many(shown.columns)} of {shown.column_count} columns",
        "",
    )
    return (
        said(f"First {how_many(shown.rows)} rows")
        + said(more)
        + said(". Correct what was detected wrongly; the preview follows.")
    )


def _row_words(shown: Any) -> Words:
    return rx.cond(shown.header_row == 0, "none", said(shown.header_row))


def _delimiter(shown: Any) -> Words:
    return rx.match(  # pyright: ignore  All cases are words.
        shown.delimiter,
        (",", "comma ,"),
        (";", "semicolon ;"),
        ("\t", "tab"),
        ("|", "pipe |"),
        (" ", "space"),
        shown.delimiter,
    )


def _encoding(shown: Any) -> Words:
    known = [(choice.value, choice.label) for choice in ENCODINGS]
    found = shown.encoding
    return rx.match(found, *known, found)  # pyright: ignore  All cases are words.


def _note(note: PreviewNote) -> rx.Component:
    return rx.box(
        notice(note.message, note.fix, tone=Tone.ATTENTION), margin_bottom="12px"
    )


def _correction(
    name: str, value: Words, choices: Choices, chosen: Words, on_pick: ValueHandler
) -> rx.Component:
    return rx.popover.root(
        rx.popover.trigger(_chip(name, value, name)),
        rx.popover.content(
            pick_list(
                choices,
                chosen,
                on_pick,
                search=f"Search {name.lower()}",
                any_word="As detected",
            ),
            class_name="pick-popover narrow",
            size="1",
            align="start",
            custom_attrs={"aria-label": name},
        ),
    )


def _chip(label: str, value: Words, name: Words) -> rx.Component:
    return rx.button(
        rx.el.span(label, class_name="unit"),
        rx.el.span(value),
        rx.icon("chevron_down", size=14, aria_hidden=True),
        variant="surface",
        color_scheme="gray",
        size="1",
        type="button",
        class_name="detected",
        aria_label=said(name) + " " + said(value),
    )


def _sheet_to_show(shown: Any, on_sheet: ValueHandler) -> rx.Component:
    return choice_chip("Showing sheet", shown.sheet, _sheet_lines(shown, on_sheet))


def _only_sheet(shown: Any, read_as: Any, on_correct: Corrects) -> rx.Component:
    value = rx.cond(read_as.sheet == "", "all that carry something", read_as.sheet)

    def pick(name: Any) -> Any:
        return on_correct("sheet", name)

    every = choice_line("All sheets", "", pick)
    return when(
        how_many(shown.sheets) > 0,
        choice_chip("Read", value, every, _sheet_lines(shown, pick)),
    )


def _sheet_lines(shown: Any, on_pick: ValueHandler) -> rx.Component:
    return rx.foreach(
        shown.sheets, lambda one: choice_line(_sheet_words(one), one.sheet, on_pick)
    )


def _sheet_words(one: SheetGuess) -> Words:
    role = rx.match(one.role, *ROLES.items(), one.role)
    return said(one.sheet) + " — " + said(role)
