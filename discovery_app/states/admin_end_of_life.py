"""State of the admins' page of end-of-life data."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Permission, PlatformScope
from discovery_app.domain.end_of_life_page import EndOfLifeLine, LoadForm
from discovery_app.domain.value_words import day_words
from discovery_app.domain.words import counted, exact
from discovery_app.errors import DiscoveryError, InvalidInputError
from discovery_app.knowledge.end_of_life_files import LARGEST_BYTES
from discovery_app.knowledge.releases import own_data
from discovery_app.services.end_of_life_data import (
    EndOfLifeDataService,
    EndOfLifeVersionView,
)
from discovery_app.states.following import follow
from discovery_app.states.gate import board_scope_of, in_thread, platform_scope_of
from discovery_app.states.hub import Wake
from discovery_app.states.rules import allow

FIELDS: Final = ("source", "day", "reason")
_WHY: Final = "looks at the end-of-life data"


class AdminEndOfLifeState(rx.State):
    """What was loaded, and what is about to be."""

    lines: tuple[EndOfLifeLine, ...] = ()
    in_use: str = ""
    form: LoadForm = LoadForm()
    ready: bool = False
    closed: bool = True
    reason: str = ""
    busy: bool = False
    loading: bool = True
    problem: str = ""
    notice: str = ""
    failure: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.CHANGE_SETTINGS)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show what was loaded, and keep it true."""

        async def look(wake: Wake) -> None:
            scope = await platform_scope_of(self, _WHY)
            lines, in_use = await wake.read("end_of_life", partial(_read, scope))
            async with self:
                self.lines, self.in_use = lines, in_use
                self.loading, self.problem = False, ""

        board = await board_scope_of(self)
        return await follow(self, board.engagement_ids, look, AdminEndOfLifeState.watch)

    @rx.event
    @allow(Permission.CHANGE_SETTINGS)
    async def write(self, name: str, words: str) -> None:
        """Keep what is typed of the file."""
        if name in FIELDS:
            self.form = replace(self.form, **{name: words})
            self.ready = self.form.is_whole
            self.closed = not self.ready or self.busy

    @rx.event(background=True)
    @allow(Permission.CHANGE_SETTINGS)
    async def receive(self, chunks: rx.UploadChunkIterator) -> None:
        """Take one file in, whole or not at all."""
        content, name = bytearray(), ""
        async with self:
            self.busy, self.closed = True, True
            self.notice, self.failure = "", ""
            form = self.form
        try:
            async for chunk in chunks:
                if name and chunk.filename != name:
                    raise InvalidInputError(
                        "Bring one file at a time; nothing was stored."
                    )
                name = chunk.filename
                if len(content) <= LARGEST_BYTES:
                    content += chunk.data
            scope = await platform_scope_of(self, form.reason or _WHY)
            loaded = await in_thread(_load, scope, bytes(content), name, form)
            said = (
                f"{_size(loaded)} of {loaded.source}, {day_words(loaded.data_date)}, "
                "are in use now. Engagements see it at their next import, or when "
                "they are evaluated again."
            )
            async with self:
                self.notice, self.form, self.ready = said, LoadForm(), False
        except DiscoveryError as error:
            async with self:
                self.failure = str(error)
        await self._refresh()

    @rx.event
    @allow(Permission.CHANGE_SETTINGS)
    async def ask(self, opened: bool) -> None:
        """Begin to withdraw data, or leave it."""
        self.reason = ""
        if opened:
            self.notice, self.failure = "", ""

    @rx.event
    @allow(Permission.CHANGE_SETTINGS)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.CHANGE_SETTINGS, version_id=UUID)
    async def withdraw(self, version_id: str) -> None:
        """Let later verdicts stand on the other data."""
        try:
            scope = await platform_scope_of(self, self.reason or _WHY)
            await in_thread(_withdraw, scope, UUID(version_id), self.reason)
            self.notice = "It no longer counts; verdicts that name it stay."
            self.lines, self.in_use = await in_thread(_read, scope)
        except DiscoveryError as error:
            self.failure = str(error)
        self.reason = ""

    @rx.event
    @allow(Permission.CHANGE_SETTINGS)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.notice, self.failure = "", ""

    async def _refresh(self) -> None:
        lines, in_use = await in_thread(_read, await platform_scope_of(self, _WHY))
        async with self:
            self.lines, self.in_use = lines, in_use
            self.busy = False
            self.closed = not self.ready


def _read(scope: PlatformScope) -> tuple[tuple[EndOfLifeLine, ...], str]:
    with unit_of_work(scope) as session:
        service = EndOfLifeDataService(session)
        loaded, current = service.versions(), service.current()
    alone = not any(one.in_use for one in loaded)
    lines = [*map(_line, loaded), _own(alone=alone)]
    return tuple(lines), str(current.version)


def _load(
    scope: PlatformScope, content: bytes, name: str, form: LoadForm
) -> EndOfLifeVersionView:
    try:
        day = date.fromisoformat(form.day)
    except ValueError as error:
        raise InvalidInputError(
            "Give the day the data was taken; nothing was stored."
        ) from error
    with unit_of_work(scope) as session:
        return EndOfLifeDataService(session).load(
            scope,
            content,
            file_name=name,
            source=form.source,
            data_date=day,
            reason=form.reason,
        )


def _withdraw(scope: PlatformScope, version_id: UUID, reason: str) -> None:
    with unit_of_work(scope) as session:
        EndOfLifeDataService(session).withdraw(scope, version_id, reason)


def _line(one: EndOfLifeVersionView) -> EndOfLifeLine:
    return EndOfLifeLine(
        version_id=str(one.version_id),
        source=one.source,
        day=day_words(one.data_date),
        state="in_use" if one.in_use else "withdrawn",
        size=_size(one),
        file_name=one.file_name,
        loaded=one.loaded_by if one.in_use else f"Withdrawn by {one.withdrawn_by}",
        loaded_at=exact(one.withdrawn_at or one.loaded_at),
        reason=one.reason,
    )


def _own(*, alone: bool) -> EndOfLifeLine:
    data = own_data()
    cycles = sum(len(releases) for releases in data.products.values())
    products = counted(len(data.products), "product")
    return EndOfLifeLine(
        source=data.version.source,
        day=day_words(data.version.day),
        state="alone" if alone else "own",
        size=f"{products}, {counted(cycles, 'cycle')}",
        loaded="Part of the app",
    )


def _size(one: EndOfLifeVersionView) -> str:
    return f"{counted(one.products, 'product')}, {counted(one.cycles, 'cycle')}"
