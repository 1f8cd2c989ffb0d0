"""What the pages of an engagement's lists share; their states are ``ListPage``s."""

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from discovery_app.components.data_table import pager
from discovery_app.components.filter_bar import filter_bar

State = Any
"""A class of states that is a ``ListPage`` and has ``listed``, ``pick`` and ``query``:
what Reflex makes of its variables has no type that could be written."""


def search_bar(
    state: State, placeholder: str, chips: Sequence[rx.Component]
) -> rx.Component:
    """Return the search with its filters, and how many rows they let through."""
    return filter_bar(
        placeholder,
        list(chips),
        value=state.query.q,
        on_change=state.search,
        count=state.listed.count,
        on_clear=state.clear,
        filtered=state.is_filtered,
    )


def picking(state: State, name: str) -> Callable[[Any], Any]:
    """Return the handler that filters by a value of ``name``."""
    return lambda value: state.pick(name, value)


def list_pager(state: State) -> rx.Component:
    """Return the buttons to the pages before and after."""
    listed = state.listed
    return pager(
        listed.shown,
        state.previous_page,
        state.next_page,
        listed.has_previous,
        listed.has_next,
    )
