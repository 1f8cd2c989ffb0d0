"""What a page's address says: filters, pages, and on whose workflow it is."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import BoardScope, Scope
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.states.gate import board_scope_of, in_thread, scope_of


def query_of(state: rx.State) -> Mapping[str, str]:
    """Return the words after the address's question mark."""
    return dict(state.router.url.query_parameters)


def page_number(word: str) -> int:
    """Return the page an address names, from 0; the first if it names none."""
    return int(word) if word.isdecimal() and len(word) < 7 else 0


def with_query(state: rx.State, **words: str) -> rx.event.EventSpec:
    """Show the same page with other filters; an empty word takes a filter away.

    The address is what is true: it is loaded again, and a link shows the same.
    """
    chosen = {**query_of(state), **words}
    query = urlencode({name: word for name, word in chosen.items() if word})
    path = state.router.url.path
    return rx.redirect(f"{path}?{query}" if query else path, replace=True)


async def workflow_scope_of(state: rx.State, workflow_id: UUID) -> Scope:
    """Return the tab's person on the engagement of ``workflow_id``, unchecked so far.

    Raises:
        NotFoundError: There is no such workflow, or it is not theirs.
        NotSignedInError: Nobody is signed in any more.
        UnavailableError: The database is away.
    """
    board = await board_scope_of(state)
    return await scope_of(state, await in_thread(_engagement_of, board, workflow_id))


def _engagement_of(board: BoardScope, workflow_id: UUID) -> UUID:
    with unit_of_work(board) as session:
        return WorkflowStateService(session).engagement_of(workflow_id)
