"""One headline number."""

import reflex as rx

from discovery_app.components.empty_state import skeleton
from discovery_app.components.tokens import MUTED, Tone, Words, said, text_color


def metric_tile(
    label: str,
    value: Words,
    note: Words,
    icon: str,
    *,
    tone: Tone = Tone.NEUTRAL,
    href: Words = "/",
) -> rx.Component:
    """Return a tile: label with icon, number, and what the number means.

    Args:
        label: Two words at most.
        value: Already formatted, with its unit if it has one; grey while empty.
        note: The fact that decides whether to click, e.g. the oldest wait.
        icon: A lucide name; the status icon where the tile counts a status.
        tone: Colours the icon only; the number stays neutral.
        href: The list behind the number, filtered to it.
    """
    return rx.link(
        rx.flex(
            rx.icon(icon, size=16, color=text_color(tone), aria_hidden=True),
            rx.text(label, size="2", color=MUTED, class_name="truncate", title=label),
            align="center",
            gap="8px",
        ),
        rx.cond(
            said(value) == "",
            skeleton("32px", "64px"),
            rx.text(
                value,
                size="6",
                weight="medium",
                color=rx.color("gray", 12),
                class_name="num",
            ),
        ),
        rx.text(note, size="1", color=MUTED, class_name="truncate", title=note),
        href=href,
        underline="none",
        class_name="panel tile",
    )
