"""Keeping a page true: what every live page does at each change, and when it fails."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final
from uuid import UUID

import reflex as rx

from discovery_app.domain.access import Scope
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.errors import DiscoveryError, NotFoundError, UnavailableError
from discovery_app.states.gate import again, scope_of
from discovery_app.states.hub import Wake, hub
from discovery_app.states.places import workflow_scope_of
from discovery_app.states.session import choose

_REST: Final = 3.0
"""A page rests so many times as long as its look took; chosen."""
_LONGEST_REST_SECONDS: Final = 0.6
"""PAGES.md: a change is on the page within a second of its commit."""

Look = Callable[[Wake], Awaitable[None]]
ScopedLook = Callable[[Wake, Scope], Awaitable[None]]
Begin = Callable[[EngagementChoice], None]


async def follow(
    state: Any, topics: Iterable[UUID], look: Look, event: Any
) -> rx.event.EventSpec | None:
    """Call ``look`` at once and at each change, until the tab is gone.

    Args:
        state: The state whose background event this is; it has the vars
            ``problem: str``, which says why the page may be out of date, and
            ``loading: bool``.
        topics: Ids of engagements or workflows.
        look: Reads and shows what the page shows. It empties ``problem``.
        event: The handler that calls this; it is returned when all is to start again.
    """
    try:
        async for wake in hub().changes(state, topics):
            began = time.monotonic()
            try:
                await look(wake)
            except UnavailableError as error:  # The hub wakes us again.
                await say(state, error)
            # While a large board is busy, looking must not fill the machine: what
            # changes during the pause is seen after it.
            spent = time.monotonic() - began
            await asyncio.sleep(min(_REST * spent, _LONGEST_REST_SECONDS))
    except UnavailableError as error:
        await say(state, error)
        return await again(event)
    except DiscoveryError as error:
        await say(state, error)
    return None


async def follow_engagement(
    state: Any, begin: Begin, look: ScopedLook, event: Any
) -> rx.event.EventSpec | None:
    """Follow the engagement of the page's address, ``/engagements/<id>…``.

    Args:
        state: As for ``follow``.
        begin: Makes the state ready for the engagement, inside ``async with state``.
        look: As for ``follow``, with the tab's scope, asked anew each time.
        event: As for ``follow``.
    """

    async def opened() -> UUID:
        engagement_id = id_in_path(state, "engagement")
        async with state:
            begin(await choose(state, engagement_id))
        return engagement_id

    return await _follow_opened(state, opened, scope_of, look, event)


async def follow_workflow(
    state: Any, begin: Callable[[UUID], None], look: ScopedLook, event: Any
) -> rx.event.EventSpec | None:
    """Follow the workflow of the page's address, ``/workflows/<id>…``.

    The arguments are those of ``follow_engagement``; ``begin`` is given the workflow.
    """

    async def opened() -> UUID:
        workflow_id = id_in_path(state, "workflow")
        scope = await workflow_scope_of(state, workflow_id)
        async with state:
            begin(workflow_id)
            await choose(state, scope.engagement_id)
        return workflow_id

    return await _follow_opened(state, opened, workflow_scope_of, look, event)


async def _follow_opened(
    state: Any,
    opened: Callable[[], Awaitable[UUID]],
    scope_again: Callable[[Any, UUID], Awaitable[Scope]],
    look: ScopedLook,
    event: Any,
) -> rx.event.EventSpec | None:
    """Follow what ``opened`` made the state ready for, or say why it could not."""
    try:
        topic = await opened()
    except UnavailableError as error:
        await say(state, error)
        return await again(event)
    except DiscoveryError as error:
        await say(state, error)
        return None

    async def look_scoped(wake: Wake) -> None:
        await look(wake, await scope_again(state, topic))

    return await follow(state, [topic], look_scoped, event)


async def say(state: Any, error: DiscoveryError) -> None:
    """Show why the page cannot show what it should."""
    async with state:
        state.problem = str(error)
        state.loading = False


def id_in_path(state: rx.State, what: str) -> UUID:
    """Return the id in the page's address, ``/<what>s/<id>…``, which nobody checked.

    Raises:
        NotFoundError: It is no id.
    """
    parts = state.router.url.path.strip("/").split("/")
    word = parts[1] if len(parts) > 1 else ""
    try:
        return UUID(word)
    except ValueError as error:
        raise NotFoundError(what, word[:40]) from error
