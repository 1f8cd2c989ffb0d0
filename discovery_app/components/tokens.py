"""The few values that Python and the stylesheet must agree on.

Sizes come from the theme: ``size="1"`` to ``"6"`` are 12, 13, 14, 16, 20 and 24 px
(set in ``look.css``), spacing ``"1"`` to ``"6"`` are 4, 8, 12, 16, 24 and 32 px.
Colours are Radix scales: each has a light and a dark form of the same contrast.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, TypeVar, cast

import reflex as rx
from reflex.vars import NumberVar, StringVar

T = TypeVar("T")

Words = rx.Var[str] | str
"""Text known when the page is built, or a state's."""

Truth = rx.Var[bool] | bool
"""A condition known when the page is built, or a state's."""

Handler = rx.event.EventType[()]
"""What happens; it gets no value."""

ValueHandler = Callable[[Any], Any]
"""What happens with a value: an event handler, or a lambda that returns one's call."""

Rows = rx.Var[Sequence[Any]] | Sequence[Any]
"""One page of frozen snapshots."""


class Tone(StrEnum):
    """What a colour says; the value is the Radix scale that says it."""

    NEUTRAL = "gray"
    ACTIVE = "indigo"
    ATTENTION = "amber"
    GOOD = "jade"
    BAD = "red"


MUTED = rx.color("gray", 11)
LINE = rx.color("gray", 5)


def text_color(tone: Tone) -> rx.Color:
    """Return the step of ``tone`` that text and icons may have (AA on a panel)."""
    return rx.color(tone.value, 11)


def fill_color(tone: Tone) -> rx.Color:
    """Return the step of ``tone`` for bars, dots and chart areas; never for text."""
    return rx.color(tone.value, 8 if tone is Tone.NEUTRAL else 9)


def said(words: Words | Any) -> StringVar:
    """Return ``words`` as a var, so that it can be compared and joined."""
    return rx.Var.create(words).to(str)


def how_many(rows: Rows) -> NumberVar[int]:
    """Return the number of ``rows``, whether they are a state's or not."""
    plain = rows if isinstance(rows, rx.Var) else list(rows)
    return rx.Var.create(plain).to(list).length()


def as_var(value: T) -> T:
    """Return ``value`` as a var that has its fields; typed as what it holds."""
    return cast("T", rx.Var.create(value))


def is_given(value: rx.Var | object) -> bool:
    """Return whether there may be something to show: a var always may."""
    return isinstance(value, rx.Var) or bool(value)


def when(condition: Truth, component: rx.Component) -> rx.Component:
    """Return ``component`` where ``condition`` holds, and nothing otherwise."""
    if isinstance(condition, rx.Var):
        return rx.cond(condition, component, rx.fragment())
    return component if condition else rx.fragment()


def when_said(words: Words, component: rx.Component) -> rx.Component:
    """Return ``component`` where ``words`` are not empty."""
    return when(
        said(words) != "" if isinstance(words, rx.Var) else bool(words), component
    )
