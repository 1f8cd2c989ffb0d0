"""The columns of one table side by side: who gets a field that several want."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from discovery_app.agents.beside_others import NAMES_ALIKE, beside_others
from discovery_app.agents.judgement import FIELD_OF_KIND, Judgement, ask, label, quoted
from discovery_app.domain.mapping import ColumnProfile, Outcome
from discovery_app.knowledge.fields import IDENTITY_FIELDS, field_of_target
from discovery_app.knowledge.source_headers import CLOSED_SOURCES

_ANY: Final = frozenset({"is_template"})
"""Truth fields that hold if any of their preset columns does."""

_STEP: Final = 0.01
"""How much confidence each later preset column of a field gives up; it is what
keeps their order."""

_VALUES_ONLY: Final = 0.5
_MOSTLY_FILLED: Final = 0.5
"""Chosen, not measured."""

_ASKED_WHEN_TIED: Final = frozenset({"asset_name", "hostname", "operating_system"})
"""Fields for which two equally good columns are worth a question."""


def settle(
    source: str, profiles: Sequence[ColumnProfile], judged: Sequence[Judgement]
) -> list[Judgement]:
    """Return the judgements of one table's columns after they were compared."""
    settled = beside_others(profiles, judged)
    for target, places in _by_target(settled).items():
        _share_out(target, places, profiles, settled)
    taken = {j.suggestion.target for j in settled if j.is_confident}
    settled = [_without_taken(judgement, taken) for judgement in settled]
    if profiles and profiles[0].role == "assets":
        if source not in CLOSED_SOURCES:
            settled = _by_values(profiles, settled)
        settled = _with_identity(profiles, settled)
    return settled


def _by_target(judged: Sequence[Judgement]) -> dict[str, list[int]]:
    """Return the confident columns of each field that takes one column only."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, judgement in enumerate(judged):
        target = judgement.suggestion.target
        field = field_of_target(target) if target else None
        together = judgement.suggestion.rule.startswith("pattern_")
        if judgement.is_confident and field and not (field.multiple or together):
            places[target or ""].append(place)
    return {target: found for target, found in places.items() if len(found) > 1}


def _share_out(
    target: str,
    places: Sequence[int],
    profiles: Sequence[ColumnProfile],
    settled: list[Judgement],
) -> None:
    chosen = [p for p in places if settled[p].suggestion.rule == "memory"]
    preset = [p for p in places if settled[p].suggestion.rule == "preset"]
    if preset and not chosen:
        _rank_presets(target, preset, settled)
        winner = preset[0]
    else:
        winner, preset = _best(chosen or places, profiles, settled), []
    for place in places:
        if place == winner or place in preset:
            continue
        same = _holds_the_same(profiles[place], profiles[winner])
        settled[place] = _lost(
            settled[place], settled[winner], profiles[winner].header, same
        )


def _rank_presets(target: str, places: list[int], settled: list[Judgement]) -> None:
    """Say in which order the preset columns of one field are read."""
    places.sort(key=lambda place: (settled[place].order, place))
    if len(places) == 1:
        return
    for rank, place in enumerate(places):
        rule = "preset_fallback" if rank else "preset_first"
        old = settled[place].suggestion
        new = replace(
            old,
            rule="preset_any" if target in _ANY else rule,
            confidence=max(old.confidence - rank * _STEP, 0.81),
        )
        settled[place] = replace(settled[place], suggestion=new)


def _best(
    places: Sequence[int],
    profiles: Sequence[ColumnProfile],
    settled: Sequence[Judgement],
) -> int:
    most = max(profiles[p].distinct for p in places)
    return max(
        places,
        key=lambda p: (
            _names_each(settled[p], profiles[p], most),
            round(settled[p].suggestion.confidence, 2),
            settled[p].values,
            profiles[p].filled,
            profiles[p].distinct,
            -p,
        ),
    )


def _names_each(judgement: Judgement, profile: ColumnProfile, most: int) -> bool:
    """Return whether a column tells rows apart about as well as its best rival.

    ``ComputerName`` beside ``Name`` is the host that several machines run on.
    """
    identifies = judgement.suggestion.target in IDENTITY_FIELDS
    return not identifies or profile.distinct >= NAMES_ALIKE * most


def _holds_the_same(one: ColumnProfile, other: ColumnProfile) -> bool:
    """Return whether two columns look like copies of each other."""
    samples = one.samples == other.samples
    return samples and one.distinct == other.distinct and one.filled == other.filled


def _lost(loser: Judgement, winner: Judgement, header: str, same: bool) -> Judgement:
    """Say that another column has better evidence for the same field."""
    target = loser.suggestion.target or ""
    if same:
        why = f"But {quoted(header)} holds the same values."
        return loser.changed(Outcome.UNMAPPED, why, "duplicate_target")
    tied = (
        abs(loser.suggestion.confidence - winner.suggestion.confidence) < _STEP
        and loser.values is winner.values
    )
    if tied and target in _ASKED_WHEN_TIED:
        why = f"{quoted(header)} says the same as well; which one counts?"
        return loser.changed(Outcome.REVIEW, why, "duplicate_target")
    why = f"But {quoted(header)} gives {label(target)} with better evidence."
    return loser.changed(Outcome.UNMAPPED, why, "duplicate_target")


def _without_taken(judgement: Judgement, taken: set[str | None]) -> Judgement:
    """Ask only about fields that no column has yet."""
    suggestion = judgement.suggestion
    if suggestion.outcome is not Outcome.REVIEW or suggestion.rule in {
        "duplicate_target",
        "memory",
    }:
        return judgement
    free = [c for c in suggestion.candidates if c not in taken or _takes_more(c)]
    if not free:
        why = "Another column gives that field, so nobody is asked."
        return judgement.changed(Outcome.UNMAPPED, why)
    if free[0] == suggestion.target:
        return judgement
    rest = [c for c in suggestion.candidates if c not in free]
    new = replace(suggestion, target=free[0], candidates=(*free, *rest), unit=None)
    return replace(judgement, suggestion=new)


def _takes_more(target: str) -> bool:
    field = field_of_target(target)
    return bool(field and field.type in {"list", "map"})


def _by_values(
    profiles: Sequence[ColumnProfile], settled: Sequence[Judgement]
) -> list[Judgement]:
    """Ask about columns whose values alone look like a field that nobody gives."""
    given = {j.suggestion.target for j in settled if j.suggestion.target}
    most = max((profile.distinct for profile in profiles), default=0)
    result = list(settled)
    for place, (profile, judgement) in enumerate(zip(profiles, settled, strict=True)):
        target = FIELD_OF_KIND.get(profile.kind)
        silent = judgement.suggestion.rule == "no_match"
        if not (silent and target) or target in given:
            continue
        if profile.filled < _MOSTLY_FILLED or profile.distinct * 2 < most:
            continue
        if not _is_telling(profile):
            continue
        result[place] = _looks_like(profile, target)
        given.add(target)
    return result


def _is_telling(profile: ColumnProfile) -> bool:
    """Return whether the values say more than their form.

    A subnet mask has the form of an address, ``t3.large`` that of a domain name.
    """
    if profile.kind == "ip":
        return not all(sample.startswith("255.") for sample in profile.samples)
    if profile.kind == "fqdn":
        return any(sample.count(".") > 1 for sample in profile.samples)
    return True


def _looks_like(profile: ColumnProfile, target: str) -> Judgement:
    example = quoted(profile.samples[0]) if profile.samples else "its values"
    name = quoted(profile.header) if profile.header.strip() else "this column"
    reason = f"Values of {name} such as {example} look like {label(target)}."
    return ask((target,), _VALUES_ONLY, "value_profile", reason)


def _with_identity(
    profiles: Sequence[ColumnProfile], settled: Sequence[Judgement]
) -> list[Judgement]:
    """Ask which column names the rows, if none does yet."""
    wanted = frozenset(IDENTITY_FIELDS)
    if any(j.suggestion.target in wanted for j in settled):
        return list(settled)
    result = list(settled)
    place = _likeliest_name(profiles, settled)
    if place is None:
        return result
    profile, judgement = profiles[place], settled[place]
    hinted = [c for c in judgement.suggestion.candidates if c in wanted]
    reason = (
        f"No column is known to name the rows; {quoted(profile.header)} is the "
        "likeliest one."
    )
    result[place] = ask(hinted or ("asset_name",), _VALUES_ONLY, "identity", reason)
    return result


def _likeliest_name(
    profiles: Sequence[ColumnProfile], settled: Sequence[Judgement]
) -> int | None:
    """Return the column that a hint names, else the one with names of its own."""
    free = [p for p, j in enumerate(settled) if _is_free(j)]
    for place in free:
        if not set(settled[place].suggestion.candidates).isdisjoint(IDENTITY_FIELDS):
            return place
    most = max((profile.distinct for profile in profiles), default=0)
    names = [
        place
        for place in free
        if profiles[place].kind in {"hostname", "fqdn"}
        and profiles[place].filled > 0.95
        and profiles[place].distinct >= max(most, 2)
    ]
    return names[0] if names else None


def _is_free(judgement: Judgement) -> bool:
    return judgement.suggestion.outcome is Outcome.UNMAPPED and (
        judgement.suggestion.rule != "memory"
    )
