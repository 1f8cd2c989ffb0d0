"""A sentence that a page has to say: what happened, then what to do."""

import reflex as rx

from discovery_app.components.buttons import icon_button
from discovery_app.components.tokens import (
    Handler,
    Tone,
    Words,
    is_given,
    text_color,
    when_said,
)

_ICONS = {
    Tone.NEUTRAL: "info",
    Tone.ACTIVE: "info",
    Tone.ATTENTION: "triangle_alert",
    Tone.GOOD: "circle_check",
    Tone.BAD: "circle_x",
}


def notice(
    sentence: Words,
    what_to_do: Words = "",
    *,
    tone: Tone = Tone.ATTENTION,
    action: rx.Component | None = None,
    on_dismiss: Handler | None = None,
) -> rx.Component:
    """Return a ruled line of text; nothing at all while ``sentence`` is empty.

    Args:
        sentence: What happened.
        what_to_do: What the reader can do about it.
        tone: Red is read out at once, the others when there is time.
        action: A button or link that does it.
        on_dismiss: Takes the notice away; without it the notice stays.
    """
    box = rx.flex(
        rx.icon(
            _ICONS[tone],
            size=16,
            color=text_color(tone),
            flex_shrink="0",
            margin_top="2px",
            aria_hidden=True,
        ),
        rx.box(
            rx.text(sentence, size="2"),
            when_said(what_to_do, rx.text(what_to_do, size="2", class_name="quiet"))
            if is_given(what_to_do)
            else rx.fragment(),
            flex="1",
            min_width="0",
        ),
        action or rx.fragment(),
        icon_button("x", "Dismiss", size="1", on_click=on_dismiss)
        if on_dismiss is not None
        else rx.fragment(),
        class_name=f"notice {tone.name.lower()}",
        role="alert" if tone is Tone.BAD else "status",
    )
    return when_said(sentence, box)
