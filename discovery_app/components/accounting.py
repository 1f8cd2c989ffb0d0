"""The row equation: every row that came in, and where it went."""

from collections.abc import Sequence

import reflex as rx

from discovery_app.components.tokens import MUTED
from discovery_app.domain.display import Term


def accounting(
    total: Term, terms: rx.Var[Sequence[Term]] | Sequence[Term]
) -> rx.Component:
    """Return ``total = term + term + …``; it is always shown whole, zeros included."""
    return rx.flex(
        _term(total, strong=True),
        rx.foreach(
            terms,
            lambda term, at: rx.fragment(
                _sign(rx.cond(at == 0, "=", "+")), _term(term)
            ),
        ),
        class_name="accounting",
        role="group",
        aria_label="Row accounting",
    )


def _term(term: Term, *, strong: bool = False) -> rx.Component:
    return rx.box(
        rx.text(
            term.rows,
            size="5" if strong else "4",
            weight="medium",
            color=rx.cond(term.rows == "0", MUTED, rx.color("gray", 12)),
            class_name="num",
        ),
        rx.text(term.word, size="1", color=MUTED),
    )


def _sign(sign: rx.Var[str] | str) -> rx.Component:
    return rx.text(sign, size="4", color=MUTED, class_name="sign")
