"""Which tool an export comes from, and what each of its tables is for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from discovery_app.knowledge.headers import normalise_header, words_of
from discovery_app.knowledge.source_catalogue import PRESETS, SOURCE_RULES
from discovery_app.knowledge.source_presets import (
    Meaning,
    Preset,
    RelatedPreset,
)
from discovery_app.knowledge.source_rules import (
    UNKNOWN,
    UNKNOWN_TITLE,
    SourceRule,
    TableRole,
    TableRule,
)
from discovery_app.knowledge.table_shapes import inventory_score, is_connection_list

__all__ = [
    "PRESETS",
    "UNKNOWN",
    "Meaning",
    "Preset",
    "RelatedPreset",
    "SourceGuess",
    "TableGuess",
    "TableRole",
    "chosen_source",
    "detect_source",
    "judge_tables",
    "source_choices",
    "table_kind",
]

Tables = Sequence[tuple[str, Sequence[str]]]
"""For each table the sheet's name (for a text file the file's stem) and its headers."""

_ASIDE: Final = words_of(
    """
    summary overview pivot pivottable readme instructions legend lookup lookups lists
    dropdowns notes cover coversheet changelog history contents toc chart charts
    dashboard properties metadata parameters glossary
    """
)
"""Sheets beside an inventory, as people name them."""

_BASE: Final = 0.8
_NAME_BONUS: Final = 0.1
_TYPICAL_BONUS: Final = 0.1
_NAMED_ONLY: Final = 0.6
# Chosen: the headers that a rule needs settle it; names and more headers support it.


@dataclass(frozen=True)
class SourceGuess:
    """The tool that an import comes from.

    Attributes:
        source: Its slug; ``unknown`` if no rule fits.
        title: Its name for people.
        confidence: 0.0 to 1.0; 0.0 if unknown.
        evidence: One sentence that says by what it was known.
    """

    source: str
    title: str
    confidence: float
    evidence: str


@dataclass(frozen=True)
class TableGuess:
    """What one table is for.

    Attributes:
        role: What its rows are for.
        reason: One sentence that says why.
        source: Slug of the tool this table looks like.
        kind: Name under which presets know an enriching table, such as ``vdisk``.
        certain: Whether a rule of a known source said it.
    """

    role: TableRole
    reason: str
    source: str = UNKNOWN
    kind: str = ""
    certain: bool = False


@dataclass(frozen=True)
class _Seen:
    """One table as rules see it."""

    name: str
    sheet: str
    headers: tuple[str, ...]
    normal: frozenset[str]


@dataclass(frozen=True)
class _Match:
    source: SourceRule
    rule: TableRule
    score: float


def detect_source(tables: Tables) -> SourceGuess:
    """Return the tool that an import's tables come from, taken together."""
    seen = [_see(name, headers) for name, headers in tables]
    matches = [(table, match) for table in seen if (match := _identify(table))]
    if not matches:
        return SourceGuess(
            UNKNOWN,
            UNKNOWN_TITLE,
            0.0,
            "The headers are those of no export that is known; columns are mapped by "
            "their names and values.",
        )
    # Where files of several tools come together, the assets' source counts.
    table, match = max(
        matches,
        key=lambda pair: (pair[1].rule.role is TableRole.ASSETS, pair[1].score),
    )
    return SourceGuess(
        match.source.source,
        match.source.title,
        round(match.score, 2),
        _evidence(table, match),
    )


def chosen_source(source: str) -> SourceGuess | None:
    """Return the guess that a person's word makes certain; ``None`` if unknown to us.

    Args:
        source: A slug of ``source_choices``.
    """
    title = dict(source_choices()).get(source)
    if title is None:
        return None
    return SourceGuess(source, title, 1.0, "A person said which tool it comes from.")


def source_choices() -> tuple[tuple[str, str], ...]:
    """Return slug and title of every source that a person may choose, by title."""
    known = sorted((rule.title, rule.source) for rule in SOURCE_RULES)
    return (*((source, title) for title, source in known), (UNKNOWN, UNKNOWN_TITLE))


def judge_tables(tables: Tables, chosen: str = "") -> list[TableGuess]:
    """Return what each table is for, in order.

    A known source's rules come first; any other table is judged by whether its headers
    read like connections or like an inventory. If nothing carries assets, the best of
    what is left does, and the reason says so.

    Args:
        chosen: The source that a person said; then no other is thought of.
    """
    seen = [_see(name, headers) for name, headers in tables]
    if chosen:
        sources = [rule for rule in SOURCE_RULES if rule.source == chosen]
        guesses = [_judge_as(table, sources) for table in seen]
    else:
        sources = _sources_present(seen)
        guesses = [_judge(table, sources) for table in seen]
    return _with_assets(seen, guesses)


def table_kind(name: str) -> str:
    """Return the name under which presets know a table: ``RVTools_tabvDisk`` is vdisk.

    Args:
        name: Name of the sheet, or the stem of the file's name.
    """
    normal = normalise_header(name)
    for prefix in ("rvtoolstab", "rvtools", "tab"):
        normal = normal.removeprefix(prefix)
    return normal


def _see(name: str, headers: Sequence[str]) -> _Seen:
    normal = frozenset(normalise_header(header) for header in headers) - {""}
    return _Seen(name, table_kind(name), tuple(headers), normal)


def _fits(rule: TableRule, table: _Seen) -> bool:
    """Return whether the headers fit; a rule without headers goes by the sheet."""
    if not (rule.needs or rule.any_of or rule.starts):
        return table.sheet in rule.sheets
    if not rule.needs <= table.normal:
        return False
    if rule.any_of and rule.any_of.isdisjoint(table.normal):
        return table.sheet in rule.sheets
    if rule.with_any and rule.with_any.isdisjoint(table.normal):
        return False
    if rule.starts:
        return any(header.startswith(rule.starts) for header in table.normal)
    return True


def _identify(table: _Seen) -> _Match | None:
    """Return the source that this table alone tells, if any."""
    matches = [
        _Match(source, rule, _score(source, rule, table))
        for source in SOURCE_RULES
        for rule in source.tables
        if rule.identifies and _fits(rule, table)
    ]
    if not matches:
        return None
    # Rules stand in order of how telling they are, so the first of equals wins.
    return max(matches, key=lambda match: match.score)


def _score(source: SourceRule, rule: TableRule, table: _Seen) -> float:
    score = _BASE if rule.needs or rule.any_of or rule.starts else _NAMED_ONLY
    if table.sheet in rule.sheets:
        score += _NAME_BONUS
    # Half of the typical headers is as good as all: exports leave columns out.
    share = len(source.typical & table.normal) / max(1, len(source.typical))
    return score + _TYPICAL_BONUS * min(1.0, 2 * share)


def _evidence(table: _Seen, match: _Match) -> str:
    rule = match.rule
    known = rule.needs | (rule.any_of & table.normal)
    shown = [h.strip() for h in table.headers if normalise_header(h) in known][:4]
    if not shown:
        shown = [
            h.strip()
            for h in table.headers
            if rule.starts and normalise_header(h).startswith(rule.starts)
        ][:4]
    where = f"{table.name} has the" if table.name else "The file has the"
    return f"{where} columns {', '.join(shown)} of {match.source.title}."


def _sources_present(seen: Sequence[_Seen]) -> list[SourceRule]:
    """Return the sources that some table tells, the most telling first."""
    matches = sorted(
        (match for table in seen if (match := _identify(table))),
        key=lambda match: -match.score,
    )
    present = list(dict.fromkeys(match.source for match in matches))
    if not present:
        present = [source for source in SOURCE_RULES if _named_like(source, seen)]
    return present


def _named_like(source: SourceRule, seen: Sequence[_Seen]) -> bool:
    """Return whether tables bear names and headers of a source's enriching tables."""
    rules = [rule for rule in source.tables if rule.sheets and rule.needs]
    return any(
        table.sheet in rule.sheets and rule.needs <= table.normal
        for rule in rules
        for table in seen
    )


def _judge_as(table: _Seen, sources: Sequence[SourceRule]) -> TableGuess:
    """Judge a table by the rules of the source that a person said."""
    for source in sources:
        for rule in source.tables:
            if _fits(rule, table) or table.sheet in rule.sheets:
                return _known(source, rule, table)
    return _judge_unknown(table)


def _judge(table: _Seen, sources: Sequence[SourceRule]) -> TableGuess:
    own = _identify(table)
    for source in sources:
        for rule in source.tables:
            # A sheet's name decides among the sheets of one workbook, headers else.
            if table.sheet in rule.sheets and (
                not rule.needs or rule.needs <= table.normal
            ):
                return _known(source, rule, table)
    if own is not None:
        return _known(own.source, own.rule, table)
    return _judge_unknown(table)


def _known(source: SourceRule, rule: TableRule, table: _Seen) -> TableGuess:
    kind = _kind(rule, table)
    return TableGuess(rule.role, rule.reason, source.source, kind, certain=True)


def _kind(rule: TableRule, table: _Seen) -> str:
    if rule.role is not TableRole.RELATED:
        return ""
    # "Google diskInfo: …": the reason begins with the tool and its table.
    words = rule.reason.split(":", 1)[0].split()
    return table.sheet if table.sheet in rule.sheets else words[-1].lower()


def _judge_unknown(table: _Seen) -> TableGuess:
    if not table.normal:
        return TableGuess(TableRole.IGNORED, "It has no headers.")
    if table.sheet in _ASIDE:
        return TableGuess(TableRole.IGNORED, "A sheet of this name holds no inventory.")
    if is_connection_list(table.headers):
        return TableGuess(
            TableRole.CONNECTIONS,
            "Its columns name a source and a destination: one row a connection.",
        )
    score = inventory_score(table.headers)
    if score.names and score.facts >= 2:
        return TableGuess(
            TableRole.ASSETS,
            f"It reads like an inventory: {score.names} columns name a machine or an "
            f"application and {score.facts} describe it.",
        )
    return TableGuess(
        TableRole.IGNORED,
        "No column names a machine or an application together with facts about it.",
    )


def _with_assets(seen: Sequence[_Seen], guesses: list[TableGuess]) -> list[TableGuess]:
    """Let the best table carry assets where none does."""
    roles = {guess.role for guess in guesses}
    if TableRole.ASSETS in roles or not guesses:
        return guesses
    related = [n for n, guess in enumerate(guesses) if _may_stand_in(guess)]
    open_ones = [
        n for n, guess in enumerate(guesses) if not guess.certain and seen[n].normal
    ]
    if related:
        chosen = min(related, key=lambda n: _STAND_INS.index(guesses[n].kind))
        reason = f"Nothing lists the machines themselves; those of {seen[chosen].name} "
        reason += "were taken."
    elif TableRole.CONNECTIONS in roles or not open_ones:
        return guesses
    else:
        chosen = max(open_ones, key=lambda n: (_merit(seen[n]), -n))
        reason = "No table reads like an inventory; this one comes nearest."
    stand_in = replace(guesses[chosen], role=TableRole.ASSETS, reason=reason)
    return [stand_in if n == chosen else guess for n, guess in enumerate(guesses)]


_STAND_INS: Final = ("vcpu", "vmemory", "vnetwork", "vdisk", "vpartition", "vhost")
"""Enriching tables that may stand in for a missing list of machines, best first."""


def _may_stand_in(guess: TableGuess) -> bool:
    return guess.role is TableRole.RELATED and guess.kind in _STAND_INS


def _merit(table: _Seen) -> tuple[int, int]:
    score = inventory_score(table.headers)
    return (score.names * 3 + score.facts, len(table.headers))
