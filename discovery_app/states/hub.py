"""The hub: wakes open pages when what they show has changed.

One ``LISTEN`` connection a process feeds it. A page waits for its topics (ids of
engagements or workflows); pages with the same topics share a channel. Changes are
coalesced, and what a channel's pages show is read once a change, not once a tab.
Behind the notifications stands a slow poll, for what changes without a commit: ages,
stuck runs, a notification that was lost.
"""

import asyncio
import json
import logging
import random
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeVar
from uuid import UUID

import reflex as rx

from discovery_app.config import settings
from discovery_app.database import WORKFLOW_CHANGED, Notification, listen
from discovery_app.domain.access import Person
from discovery_app.errors import ConflictError, UnavailableError
from discovery_app.services.accounts import PERSON_CHANGED
from discovery_app.services.signed_in import forget
from discovery_app.states.gate import is_connected, person_of

logger = logging.getLogger(__name__)

SNAPSHOTS: Final = 500
"""What is kept of what was read; the least recently used goes first. Chosen."""

Snapshot = TypeVar("Snapshot")
Topics = frozenset[UUID]


@dataclass(eq=False)
class Channel:
    """The pages that wait for the same topics.

    Attributes:
        generation: Grows with each change; what was read in an older one is stale.
    """

    topics: Topics
    generation: int = 0
    watchers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    bumped_at: float = 0.0
    due: asyncio.TimerHandle | None = None

    def note(self) -> None:
        """Wake everyone now, or as soon as the last time is long enough ago."""
        if self.due is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self.bumped_at + settings().watch_coalesce_seconds - loop.time()
        self.due = loop.call_later(max(wait, 0), self._bump)

    def _bump(self) -> None:
        self.due = None
        self.bumped_at = asyncio.get_running_loop().time()
        self.generation += 1
        self.changed.set()
        self.changed = asyncio.Event()


@dataclass(frozen=True)
class Wake:
    """One time that a page is to look.

    Attributes:
        person: Who looks; asked anew each time.
    """

    hub: "Hub"
    channel: Channel
    person: Person

    async def read(self, key: Hashable, read: Callable[[], Snapshot]) -> Snapshot:
        """Return ``read()``, run in a thread, once for all who wait for the same.

        Args:
            key: Everything that ``read`` depends on: what it reads, filters, order,
                page, and the scope. Two people share what has the same key.
            read: Reads a snapshot from the database.

        Raises:
            DiscoveryError: What ``read`` raises. After an ``UnavailableError`` the
                page is woken again within seconds.
        """
        return await self.hub.read(self.channel, key, read)


class Hub:
    """Knows who waits for what. Lives on one event loop, in one process."""

    def __init__(self) -> None:
        self._channels: dict[Topics, Channel] = {}
        self._by_topic: dict[UUID, set[Channel]] = {}
        self._watches: defaultdict[UUID, list[Channel]] = defaultdict(list)
        self._snapshots: OrderedDict[Hashable, tuple[int, asyncio.Task[Any]]] = (
            OrderedDict()
        )

    async def run(self) -> None:
        """Hear notifications and poll, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear_workflows())
            tasks.create_task(self._hear_people())
            tasks.create_task(self._poll())

    async def changes(
        self, state: rx.State, topics: Iterable[UUID]
    ) -> AsyncIterator[Wake]:
        """Yield at once, and then each time that a topic may have changed.

        For a background event that a page's ``on_load`` starts, declared with
        ``supersedes=True``; it ends when the tab is gone. Read in it with
        ``Wake.read``, outside ``async with self``; ask for scopes anew each time.

        Args:
            state: The state whose event waits.
            topics: Ids of engagements or workflows.

        Raises:
            NotSignedInError: The session has ended.
            UnavailableError: The database is away and the person not remembered.
            ConflictError: The person has too many pages open.
        """
        token = state.router.session.client_token
        person = await person_of(state)
        channel = self._enter(frozenset(topics), person)
        try:
            while True:
                changed = channel.changed
                yield Wake(self, channel, person)
                await changed.wait()
                if not is_connected(token):
                    return
                person = await person_of(state)
        finally:
            self._leave(channel, person)

    def note(self, *topics: UUID) -> None:
        """Wake who waits for any of ``topics``."""
        for channel in {one for topic in topics for one in self._of(topic)}:
            channel.note()

    def note_all(self) -> None:
        """Wake everyone: words may have been lost."""
        for channel in self._channels.values():
            channel.note()

    async def read(
        self, channel: Channel, key: Hashable, read: Callable[[], Snapshot]
    ) -> Snapshot:
        """Return what ``Wake.read`` says."""
        # The channel itself, not its topics: one made later counts from zero again.
        whole_key = (channel, key)
        found = self._snapshots.get(whole_key)
        if found is None or found[0] != channel.generation or _failed(found[1]):
            task = asyncio.ensure_future(asyncio.to_thread(read))
            found = (channel.generation, task)
            self._snapshots[whole_key] = found
        self._snapshots.move_to_end(whole_key)
        while len(self._snapshots) > SNAPSHOTS:
            self._snapshots.popitem(last=False)
        try:
            return await asyncio.shield(found[1])
        except UnavailableError:
            asyncio.get_running_loop().call_later(1.0, channel.note)
            raise

    def _enter(self, topics: Topics, person: Person) -> Channel:
        if len(self._watches[person.user_id]) >= settings().watches_per_person:
            raise ConflictError(
                "You have too many pages open to keep them all fresh; close some, "
                "then reload this one."
            )
        channel = self._channels.setdefault(topics, Channel(topics))
        for topic in topics:
            self._by_topic.setdefault(topic, set()).add(channel)
        channel.watchers += 1
        self._watches[person.user_id].append(channel)
        return channel

    def _leave(self, channel: Channel, person: Person) -> None:
        self._watches[person.user_id].remove(channel)
        if not self._watches[person.user_id]:
            del self._watches[person.user_id]
        channel.watchers -= 1
        if channel.watchers:
            return
        del self._channels[channel.topics]
        for topic in channel.topics:
            self._by_topic[topic].discard(channel)
            if not self._by_topic[topic]:
                del self._by_topic[topic]

    def _of(self, topic: UUID) -> set[Channel]:
        return self._by_topic.get(topic, set())

    async def _hear_workflows(self) -> None:
        async for word in listen(WORKFLOW_CHANGED):
            if word.resync:
                self.note_all()
            else:
                self.note(*_topics_of(word))

    async def _hear_people(self) -> None:
        """Drop what is remembered of people whose rights changed, and wake them."""
        async for word in listen(PERSON_CHANGED):
            if word.resync:
                forget()
                self.note_all()
            elif (user_id := _person_of(word)) is not None:
                forget(user_id)
                for channel in set(self._watches.get(user_id, ())):
                    channel.note()

    async def _poll(self) -> None:
        """Wake each channel about once a period, not all at the same moment."""
        while True:
            await asyncio.sleep(1.0)
            share = 1.0 / settings().watch_poll_seconds
            now = asyncio.get_running_loop().time()
            for channel in list(self._channels.values()):
                quiet = now - channel.bumped_at
                if quiet > 1.5 / share or random.random() < share:  # noqa: S311
                    channel.note()


@lru_cache(maxsize=1)
def hub() -> Hub:
    """Return the hub of this process."""
    return Hub()


def _person_of(word: Notification) -> UUID | None:
    """Return whom ``word`` is about; nobody if it is not ours."""
    try:
        return UUID(word.payload)
    except ValueError:
        logger.warning("Ignored a word about nobody: %s", word.payload[:80])
        return None


def _topics_of(word: Notification) -> tuple[UUID, ...]:
    """Return whom ``word`` wakes; nobody if it is not ours."""
    try:
        said = json.loads(word.payload)
        named = [said["engagement_id"], said.get("workflow_id")]
        return tuple(UUID(one) for one in named if one is not None)
    except (ValueError, KeyError, TypeError, AttributeError):
        logger.warning("Ignored a word about nothing: %s", word.payload[:80])
        return ()


def _failed(task: asyncio.Task[Any]) -> bool:
    if not task.done():
        return False
    return task.cancelled() or task.exception() is not None
