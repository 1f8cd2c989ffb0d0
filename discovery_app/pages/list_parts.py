"""What the pages of an engagement's lists share; their states are ``ListPage``s."""

from collections.abc import Callable, Sequence

import reflex as rx

from discovery_app.components.data_table import pager
from discovery_app.components.filter_bar import filter_bar
from discovery_app.components.tokens import Handler
from discovery_app.states.list_page import ListPage

State = type[ListPage]


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


def picking(state: State, name: str) -> Callable[[rx.Var[str]], Handler]:
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
