"""State of an engagement's analysis settings."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.analysis_settings_page import SettingsFacts, SettingsForm
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.words import exact
from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.analysis_settings import (
    DEFAULTS,
    AnalysisSettings,
    ports_text,
    read_ports,
)
from discovery_app.knowledge.treatments import Thresholds
from discovery_app.services.end_of_life_data import EndOfLifeDataService
from discovery_app.services.engagement_settings import (
    EngagementSettingService,
    SettingsView,
)
from discovery_app.states.acting import Acting
from discovery_app.states.following import follow_engagement
from discovery_app.states.hub import Wake
from discovery_app.states.rules import allow

FIELDS: Final = ("zombie", "idle", "days", "components", "ports")


@dataclass(frozen=True)
class _Read:
    form: SettingsForm
    facts: SettingsFacts


class AnalysisSettingsState(Acting, rx.State):
    """One engagement's thresholds and noise ports, and what is typed over them."""

    engagement_id: str = ""
    form: SettingsForm = SettingsForm()
    facts: SettingsFacts = SettingsFacts()
    changed: bool = False
    may_change: bool = False
    loading: bool = True
    problem: str = ""
    _kept: SettingsForm = SettingsForm()

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show what holds, and keep it true; what is typed stays."""

        async def look(wake: Wake, scope: Scope) -> None:
            engagement_id = scope.engagement_id
            found = await wake.read(("settings", engagement_id), partial(_read, scope))
            may = Permission.CHANGE_SETTINGS in ROLE_PERMISSIONS[scope.role]
            async with self:
                if not self.changed:
                    self.form = found.form
                self._kept, self.facts = found.form, found.facts
                self.may_change, self.loading, self.problem = may, False, ""

        load = AnalysisSettingsState.watch
        return await follow_engagement(self, self._begin, look, load)

    def _begin(self, place: EngagementChoice) -> None:
        if self.engagement_id != str(place.engagement_id):
            self.reset()
        self.engagement_id = str(place.engagement_id)

    @rx.event
    @allow(Permission.CHANGE_SETTINGS)
    async def write(self, name: str, words: str) -> None:
        """Keep what is typed so far."""
        if name in FIELDS:
            self._take(replace(self.form, **{name: words}))

    @rx.event
    @allow(Permission.CHANGE_SETTINGS)
    async def fill_defaults(self) -> None:
        """Write the project's defaults into the form; saving is another step."""
        self._take(_form(DEFAULTS))

    @rx.event
    @allow(Permission.CHANGE_SETTINGS)
    async def discard(self) -> None:
        """Forget what was typed."""
        self._take(self._kept)

    @rx.event
    @allow(Permission.CHANGE_SETTINGS)
    async def ask(self, opened: bool) -> None:
        """Begin to save, or leave it."""
        self.reason = ""
        if opened:
            self.notice, self.failure = "", ""

    @rx.event
    @allow(Permission.CHANGE_SETTINGS)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.CHANGE_SETTINGS)
    async def save(self) -> None:
        """Set what is typed, for the runs to come."""
        said = (
            "The settings are saved, for imports to come. What was judged before "
            "stays until it is evaluated again."
        )
        found = await self._act(_change, self.form, self.reason, done=said)
        if found is not None:
            self.facts, self._kept = found.facts, found.form
            self._take(found.form)

    def _take(self, form: SettingsForm) -> None:
        self.form, self.changed = form, form != self._kept


def _read(scope: Scope) -> _Read:
    with unit_of_work(scope) as session:
        view = EngagementSettingService(session).read(scope)
        data = EndOfLifeDataService(session).current()
    facts = SettingsFacts(_changed(view), view.reason, str(data.version))
    return _Read(_form(view.settings), facts)


def _change(scope: Scope, form: SettingsForm, reason: str) -> _Read:
    chosen = _settings(form)
    with unit_of_work(scope) as session:
        EngagementSettingService(session).change(scope, chosen, reason)
    return _read(scope)


def _changed(view: SettingsView) -> str:
    if view.changed_at is None:
        return "The project's defaults hold; nobody changed them here."
    return f"Set by {view.changed_by}, {exact(view.changed_at)}."


def _form(chosen: AnalysisSettings) -> SettingsForm:
    lines = chosen.thresholds
    return SettingsForm(
        zombie=f"{lines.zombie_percent:g}",
        idle=f"{lines.idle_percent:g}",
        days=str(lines.window_days),
        components=str(lines.refactor_components),
        ports=ports_text(chosen.noise_ports),
    )


def _settings(form: SettingsForm) -> AnalysisSettings:
    """Return what is typed.

    Raises:
        InvalidInputError: It cannot be read; the service checks the rest.
    """
    try:
        lines = Thresholds(
            float(form.zombie),
            float(form.idle),
            int(form.days),
            int(form.components),
        )
    except ValueError as error:
        raise InvalidInputError(
            "The settings were not changed: each threshold needs a number."
        ) from error
    return AnalysisSettings(lines, read_ports(form.ports))
