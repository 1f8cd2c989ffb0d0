"""Downloads of one list, one a format."""

import reflex as rx

from discovery_app.components.buttons import plain_button
from discovery_app.components.tokens import Words, said

FORMATS = (("csv", "CSV"), ("xlsx", "Excel workbook"), ("json", "JSON"))


def export_menu(
    parts: tuple[tuple[str, Words], ...],
    query: Words = "",
    files: tuple[tuple[str, Words], ...] = (),
) -> rx.Component:
    """Return a button that offers downloads.

    Args:
        parts: What can be downloaded as (word, address without its ending).
        files: Downloads that have one form only, as (word, whole address).
        query: Stands after the address: its filters, with their question mark.
    """
    lines = [
        _line(
            f"{word} as {title}" if len(parts) > 1 else title,
            said(path) + f".{form}" + said(query),
        )
        for word, path in parts
        for form, title in FORMATS
    ]
    lines += [_line(word, path) for word, path in files]
    return rx.popover.root(
        rx.popover.trigger(plain_button("Export", "download")),
        rx.popover.content(
            rx.el.ul(*lines, class_name="pick-list"),
            class_name="pick-popover menu",
            size="1",
            align="end",
            custom_attrs={"aria-label": "Export"},
        ),
    )


def _line(word: str, href: Words) -> rx.Component:
    return rx.el.li(
        rx.popover.close(
            rx.el.a(
                word,
                href=href,
                download=True,
                reload_document=True,  # Else the router looks for a page there.
                class_name="menu-link",
            ),
        ),
        class_name="pick-option",
    )
