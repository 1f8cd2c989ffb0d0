"""Setting a field on every asset that the inventory's page lists."""

from typing import Final

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.asset_edits import EDITABLE, EditPreview
from discovery_app.domain.asset_page import AssetQuery
from discovery_app.domain.display import Choice
from discovery_app.domain.inventory import AssetFilter
from discovery_app.domain.value_words import slug_words
from discovery_app.domain.words import counted
from discovery_app.errors import DiscoveryError, InvalidInputError
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services.asset_edits import AssetEditService
from discovery_app.states.following import id_in_path
from discovery_app.states.gate import in_thread, scope_of
from discovery_app.states.hub import hub
from discovery_app.states.rules import allow

FIELDS: Final = tuple(Choice(name, ASSET_FIELDS[name].label) for name in EDITABLE)


class AssetEditsState(rx.State):
    """What is to be set, and on how many assets."""

    field: str = ""
    label: str = ""
    words: tuple[Choice, ...] = ()
    value: str = ""
    value_word: str = ""
    reason: str = ""
    effects: str = ""
    changing: int = 0
    refusal: str = ""
    notice: str = ""
    failure: str = ""

    @rx.event
    @allow(Permission.FIX_ISSUES)
    async def ask(self, opened: bool) -> None:
        """Begin with nothing of the last time left."""
        if opened:
            self.reset()

    @rx.event
    @allow(Permission.FIX_ISSUES)
    async def pick_field(self, name: str) -> None:
        """Choose what is to be set."""
        if name not in EDITABLE:
            return
        self.field, self.label = name, ASSET_FIELDS[name].label
        allowed = ASSET_FIELDS[name].allowed
        self.words = tuple(Choice(word, slug_words(word)) for word in allowed)
        self.value, self.value_word, self.effects, self.changing = "", "", "", 0
        self.refusal = ""

    @rx.event
    @allow(Permission.FIX_ISSUES)
    async def write_value(self, value: str) -> None:
        """Choose what it is to say, and count what that would change."""
        known = {one.value: one.label for one in self.words}
        self.value, self.value_word = value, known.get(value, value)
        self.effects, self.changing, self.refusal = "", 0, ""
        if not value.strip():
            return
        try:
            scope = await scope_of(self, id_in_path(self, "engagement"))
            seen = await in_thread(_preview, scope, self._chosen(), self.field, value)
            self.effects, self.changing = _effects(seen), seen.changed
        except DiscoveryError as error:
            self.refusal = str(error)

    @rx.event
    @allow(Permission.FIX_ISSUES)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.FIX_ISSUES)
    async def edit(self) -> None:
        """Set it."""
        engagement_id = id_in_path(self, "engagement")
        try:
            scope = await scope_of(self, engagement_id)
            done = await in_thread(
                _edit,
                scope,
                self._chosen(),
                (self.field, self.value),
                self.changing,
                self.reason,
            )
            told = f"{counted(done, 'asset')} set to {self.value_word}."
            self.reset()
            self.notice = told
        except DiscoveryError as error:
            self.failure = str(error)
        hub().note(engagement_id)

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.notice, self.failure = "", ""

    def _chosen(self) -> AssetFilter:
        """Return what the address lists: that, and nothing else, is set.

        Raises:
            InvalidInputError: No field was chosen.
        """
        if self.field not in EDITABLE:
            raise InvalidInputError("Choose what is to be set first.")
        words = self.router.url.query_parameters
        return AssetQuery.from_address(words).asset_filter


def _preview(scope: Scope, chosen: AssetFilter, field: str, value: str) -> EditPreview:
    with unit_of_work(scope) as session:
        return AssetEditService(session).preview(scope, chosen, field, value)


def _edit(
    scope: Scope,
    chosen: AssetFilter,
    wanted: tuple[str, str],
    expected: int,
    reason: str,
) -> int:
    with unit_of_work(scope) as session:
        return AssetEditService(session).edit(
            scope, chosen, *wanted, expected=expected, reason=reason
        )


def _effects(seen: EditPreview) -> str:
    if not seen.changed:
        return f"All {seen.chosen:,} assets that are listed say so already."
    told = f"{counted(seen.changed, 'asset')} of {seen.chosen:,} listed will change"
    if seen.replaced:
        return f"{told}; {seen.replaced:,} of them lose another value."
    return f"{told}; none of them has a value now."
