"""Names and their values."""

from collections.abc import Mapping

import reflex as rx

from discovery_app.components.tokens import MUTED, Words, when_said


def facts(pairs: Mapping[str, Words | rx.Component]) -> rx.Component:
    """Return names left and values right, one line each."""
    return rx.el.dl(
        *[key_value(name, value) for name, value in pairs.items()], class_name="facts"
    )


def sourced(name: Words, value: Words, source: Words = "") -> rx.Component:
    """Return a value with its source under it; also for ``rx.foreach``."""
    return rx.box(
        rx.el.dt(name),
        rx.el.dd(
            rx.text(value, size="2", class_name="breaks"),
            when_said(source, rx.text(source, size="1", color=MUTED)),
        ),
    )


def key_value(name: Words, value: Words | rx.Component) -> rx.Component:
    """Return one line of ``facts``; also for ``rx.foreach`` inside an ``rx.el.dl``."""
    return rx.box(rx.el.dt(name), rx.el.dd(value, class_name="breaks"))
