"""A time in words that stays true, with the exact one on hover."""

import reflex as rx

from discovery_app.components.tokens import Words


def relative_time(at: Words, words: Words = "", *, phrase: bool = True) -> rx.Component:
    """Return ``words`` for the ISO time ``at``; ``look.js`` keeps them fresh.

    Args:
        at: ISO 8601 with its offset; shown in UTC on hover. Nothing if empty.
        words: From ``domain.words``, shown until the page has counted itself.
        phrase: "5 min ago" instead of "5 min".
    """
    return rx.el.time(
        words,
        date_time=at,
        title=at,
        class_name="num nowrap",
        custom_attrs={"data-ago": "phrase" if phrase else "age"},
    )
