"""Columns whose field shows only beside the other columns of their table."""

from collections.abc import Sequence
from typing import Final

from discovery_app.agents.judgement import Judgement, label, quoted, weigh
from discovery_app.domain.mapping import ColumnProfile, Outcome
from discovery_app.knowledge.headers import normalise_header
from discovery_app.knowledge.value_support import Support

BESIDE: Final = 0.83
"""A meaning that another column tells. Chosen, not measured."""

NAMES_ALIKE: Final = 0.9
"""Share of a rival's different names, below which a column repeats its own; chosen."""

_OWN_NAME: Final = "computername"
"""What a machine calls itself, where ``Name`` or ``VM`` is what others call it."""


def beside_others(
    profiles: Sequence[ColumnProfile], judged: Sequence[Judgement]
) -> list[Judgement]:
    """Return the judgements of one table after a look at what others give."""
    found = list(judged)
    for place, profile in enumerate(profiles):
        target = _other_field(place, profiles, found)
        given = {j.suggestion.target for j in found}
        if target is None or target in given:
            continue
        found[place] = _told(profile, found[place], target)
    return found


def _other_field(
    place: int, profiles: Sequence[ColumnProfile], judged: Sequence[Judgement]
) -> str | None:
    """Return the field that the column is beside the others, if it is another one."""
    target, profile = judged[place].suggestion.target, profiles[place]
    if judged[place].suggestion.rule in {"preset", "memory"}:
        return None
    if target == "os_version" and profile.kind == "os":
        return "operating_system"
    if target == "asset_name" and _is_own_name(place, profiles, judged):
        return "fqdn" if profile.kind == "fqdn" else "hostname"
    return None


def _is_own_name(
    place: int, profiles: Sequence[ColumnProfile], judged: Sequence[Judgement]
) -> bool:
    """Return whether another column titles the machines that this one names."""
    profile = profiles[place]
    most = max(other.distinct for other in profiles)
    is_own = normalise_header(profile.header).endswith(_OWN_NAME)
    if not is_own or profile.distinct < NAMES_ALIKE * most:
        return False
    titles = [
        other
        for other, judgement in zip(profiles, judged, strict=True)
        if judgement.is_confident
        and judgement.suggestion.target == "asset_name"
        and not normalise_header(other.header).endswith(_OWN_NAME)
    ]
    return any(other.distinct >= NAMES_ALIKE * most for other in titles)


def _told(profile: ColumnProfile, old: Judgement, target: str) -> Judgement:
    reason = f"Beside the other columns {quoted(profile.header)} is {label(target)}."
    found = weigh(profile, target, BESIDE, "value_profile", reason)
    if found.values is Support.AGREES or not found.is_confident:
        return found
    return found.changed(Outcome.REVIEW, "The values do not settle it.")
