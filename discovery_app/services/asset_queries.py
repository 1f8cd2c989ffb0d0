"""Reading the inventory: lists, facets, sums and single assets."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.inventory import (
    MISSING,
    MOST_ROWS,
    PAGE_SIZE,
    AssetFilter,
    AssetLine,
    AssetPage,
    Facet,
    WordCount,
)
from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.fields import ASSET_FIELDS, CORE_FIELDS
from discovery_app.services.tables import (
    ASSETS,
    CONFLICTS,
    DECISIONS,
    FINDINGS,
    SOURCES,
)

STATES_WORST_FIRST: Final = (
    "eol",
    "extended_only",
    "eol_within_12_months",
    "version_ambiguous",
    "unknown_product",
    "supported",
)
"""FIELD.md, "End of life"; the order is chosen."""

FACETS: Final = (
    "asset_type",
    "environment",
    "power_state",
    "business_criticality",
    "in_scope",
    "treatment",
    "support_state",
)
FILTERS: Final = (
    *FACETS,
    "operational_status",
    "operating_system",
    "application_name",
    "business_owner",
    "business_unit",
    "location",
    "cluster",
    "server_role",
    "database_engine",
    "hypervisor_host",
    "scope_reason",
    "wave",
)
SORTS: Final = (
    *ASSET_FIELDS,
    "in_scope",
    "scope_reason",
    "treatment",
    "support_state",
    "updated_at",
)
MOST_WORDS: Final = 50
"""A facet lists so many words at most; chosen."""

TREATMENT: Final = sa.func.coalesce(DECISIONS.c.override, DECISIONS.c.treatment)
_RANK: Final = sa.func.array_position(
    sa.cast(list(STATES_WORST_FIRST), sa.ARRAY(sa.Text())),
    sa.cast(FINDINGS.c.state, sa.Text()),
)
SUPPORT_STATE: Final = (
    sa.select(FINDINGS.c.state)
    .where(
        FINDINGS.c.asset_id == ASSETS.c.id,
        FINDINGS.c.engagement_id == ASSETS.c.engagement_id,
    )
    .order_by(_RANK)
    .limit(1)
    .scalar_subquery()
)
WORST_RANK: Final = (
    sa.select(sa.func.min(_RANK))
    .where(
        FINDINGS.c.asset_id == ASSETS.c.id,
        FINDINGS.c.engagement_id == ASSETS.c.engagement_id,
    )
    .scalar_subquery()
)
OPEN_CONFLICTS: Final = (
    sa.select(sa.func.count())
    .where(
        CONFLICTS.c.asset_id == ASSETS.c.id,
        CONFLICTS.c.engagement_id == ASSETS.c.engagement_id,
        CONFLICTS.c.resolved_at.is_(None),
    )
    .scalar_subquery()
)
LISTED: Final = ASSETS.outerjoin(
    DECISIONS,
    sa.and_(
        DECISIONS.c.asset_id == ASSETS.c.id,
        DECISIONS.c.engagement_id == ASSETS.c.engagement_id,
    ),
)


class AssetQueries:
    """Lists an engagement's assets. It only reads.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self,
        scope: Scope,
        chosen: AssetFilter | None = None,
        *,
        fields: Sequence[str] = CORE_FIELDS,
        sort: str = "asset_name",
        descending: bool = False,
        offset: int = 0,
        limit: int = PAGE_SIZE,
    ) -> AssetPage:
        """Return some assets of the list, and how many it has.

        Args:
            scope: Whose inventory.
            chosen: Which assets; all by default.
            fields: Fields of the schema whose values are wanted.
            sort: One of ``SORTS``; assets without a value come last.
            descending: Whether the largest comes first.
            offset: How many assets to pass over.
            limit: At most ``MOST_ROWS``.

        Raises:
            InvalidInputError: A field, filter, sort or limit does not exist.
        """
        scope.require(Permission.VIEW)
        chosen = chosen or AssetFilter()
        check_page(offset, limit)
        unknown = set(fields) - set(ASSET_FIELDS)
        if unknown:
            raise InvalidInputError(f"An asset has no field {min(unknown)}.")
        shown = self._shown(scope, chosen, sort, descending=descending)
        shown = (
            shown.offset(offset).limit(limit).cte("shown").prefix_with("MATERIALIZED")
        )
        rows = self._session.execute(
            sa.select(
                ASSETS.c.id,
                ASSETS.c.asset_name,
                ASSETS.c.in_scope,
                ASSETS.c.scope_reason,
                TREATMENT.label("treatment"),
                DECISIONS.c.override.is_not(None).label("overridden"),
                SUPPORT_STATE.label("state"),
                OPEN_CONFLICTS.label("conflicts"),
                *(ASSETS.c[name].label(f"field_{name}") for name in fields),
            )
            .select_from(
                shown.join(
                    LISTED,
                    sa.and_(
                        ASSETS.c.id == shown.c.id,
                        ASSETS.c.engagement_id == scope.engagement_id,
                    ),
                )
            )
            .order_by(shown.c.place)
        ).mappings()
        lines = tuple(_line(row, fields) for row in rows)
        total = self.count(scope, chosen)
        seen = offset + len(lines)
        return AssetPage(lines, total, offset, str(seen) if seen < total else "")

    def _shown(
        self,
        scope: Scope,
        chosen: AssetFilter,
        sort: str,
        *,
        descending: bool,
    ) -> sa.Select:
        """Select the ids of the list and their place in it, and nothing dear.

        What costs a look-up an asset is joined to the few that are shown.
        """
        order = _sort_column(sort)
        ordered = (
            (order.desc() if descending else order.asc()).nulls_last(),
            ASSETS.c.id,
        )
        place = sa.func.row_number().over(order_by=ordered).label("place")
        return (
            sa.select(ASSETS.c.id, place)
            .select_from(_source(chosen, sort))
            .where(*conditions(scope, chosen))
            .order_by(*ordered)
        )

    def count(self, scope: Scope, chosen: AssetFilter | None = None) -> int:
        """Return how many assets the list has."""
        chosen = chosen or AssetFilter()
        counted = (
            sa.select(sa.func.count())
            .select_from(_source(chosen))
            .where(*conditions(scope, chosen))
        )
        return self._session.scalar(counted) or 0

    def facets(
        self, scope: Scope, chosen: AssetFilter | None = None
    ) -> tuple[Facet, ...]:
        """Return how the list divides by each column of ``FACETS``.

        A column's own filter does not narrow its facet, so that another word can be
        chosen. An asset counts under each support state that one of its products has.
        """
        scope.require(Permission.VIEW)
        chosen = chosen or AssetFilter()
        free = [c for c in FACETS if c not in chosen.chosen and c != "support_state"]
        counted = self._count_together(scope, chosen, free)
        for column in chosen.chosen:
            if column in FACETS and column != "support_state":
                others = _without(chosen, column)
                counted |= self._count_together(scope, others, [column])
        counted["support_state"] = self._count_states(
            scope, _without(chosen, "support_state")
        )
        return tuple(Facet(column, counted.get(column, ())) for column in FACETS)

    def _count_together(
        self, scope: Scope, chosen: AssetFilter, columns: Sequence[str]
    ) -> dict[str, tuple[WordCount, ...]]:
        """Count the words of several columns in one pass over the assets."""
        if not columns:
            return {}
        parts = [_word(_filter_column(column)) for column in columns]
        inner = (
            sa.select(*(part.label(c) for part, c in zip(parts, columns, strict=True)))
            .select_from(LISTED)
            .where(*conditions(scope, chosen))
            .subquery()
        )
        sets = sa.func.grouping_sets(*(sa.tuple_(inner.c[c]) for c in columns))
        rows = self._session.execute(
            sa.select(*inner.c, sa.func.count()).group_by(sets)
        ).all()
        found: dict[str, list[WordCount]] = {column: [] for column in columns}
        for *words, number in rows:
            place = next(n for n, word in enumerate(words) if word is not None)
            found[columns[place]].append(WordCount(words[place], number))
        return {column: _most_first(counts) for column, counts in found.items()}

    def _count_states(self, scope: Scope, chosen: AssetFilter) -> tuple[WordCount, ...]:
        rows = self._session.execute(
            sa.select(FINDINGS.c.state, sa.func.count(FINDINGS.c.asset_id.distinct()))
            .select_from(
                LISTED.join(
                    FINDINGS,
                    sa.and_(
                        FINDINGS.c.asset_id == ASSETS.c.id,
                        FINDINGS.c.engagement_id == ASSETS.c.engagement_id,
                    ),
                )
            )
            .where(*conditions(scope, chosen))
            .group_by(FINDINGS.c.state)
        ).all()
        return _most_first([WordCount(state, number) for state, number in rows])


def conditions(scope: Scope, chosen: AssetFilter) -> list[sa.ColumnElement[bool]]:
    """Return what an asset of ``LISTED`` must fulfil.

    Raises:
        InvalidInputError: There is no such filter.
    """
    where: list[sa.ColumnElement[bool]] = [
        ASSETS.c.engagement_id == scope.engagement_id
    ]
    for word in chosen.search.lower().split():
        where.append(ASSETS.c.search_text.contains(word, autoescape=True))
    for column, words in chosen.chosen.items():
        if words:
            where.append(_is_one_of(column, words))
    if chosen.session_id is not None:
        told = sa.exists().where(
            SOURCES.c.asset_id == ASSETS.c.id,
            SOURCES.c.engagement_id == ASSETS.c.engagement_id,
            SOURCES.c.session_id == chosen.session_id,
        )
        where.append(told)
    if chosen.disputed:
        where.append(
            sa.exists().where(
                CONFLICTS.c.asset_id == ASSETS.c.id,
                CONFLICTS.c.engagement_id == ASSETS.c.engagement_id,
                CONFLICTS.c.resolved_at.is_(None),
            )
        )
    return where


def check_page(offset: int, limit: int) -> None:
    """Check what part of a list was asked for.

    Raises:
        InvalidInputError: It is no part of any list, or too large.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise InvalidInputError(f"Ask for 1 to {MOST_ROWS} rows at a time.")
    if offset < 0:
        raise InvalidInputError("A list has no rows before its first; start at 0.")


def _is_one_of(column: str, words: Sequence[str]) -> sa.ColumnElement[bool]:
    if column == "support_state":
        known = sa.select(FINDINGS.c.asset_id).where(
            FINDINGS.c.engagement_id == ASSETS.c.engagement_id,
            FINDINGS.c.asset_id == ASSETS.c.id,
        )
        some = known.where(FINDINGS.c.state.in_(words)).exists()
        return sa.or_(some, ~known.exists()) if MISSING in words else some
    value = _filter_column(column)
    given = [word for word in words if word != MISSING]
    chosen = [value.in_(given)] if given else []
    return sa.or_(*chosen, *([value.is_(None)] if MISSING in words else []))


def _filter_column(column: str) -> sa.ColumnElement[str]:
    if column not in FILTERS:
        raise InvalidInputError(f"The inventory cannot be filtered by {column}.")
    if column == "treatment":
        return TREATMENT
    if column == "in_scope":
        return sa.cast(ASSETS.c.in_scope, sa.Text())
    return ASSETS.c[column]


def _source(chosen: AssetFilter, sort: str = "") -> sa.FromClause:
    """Return the assets, with their decisions only where the list needs them."""
    decided = "treatment" in (sort, *chosen.chosen)
    return LISTED if decided else ASSETS


def _sort_column(column: str) -> sa.ColumnElement:
    if column not in SORTS:
        raise InvalidInputError(f"The inventory cannot be sorted by {column}.")
    if column == "treatment":
        return TREATMENT
    if column == "support_state":
        return WORST_RANK
    return ASSETS.c[column]


def _word(column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.func.nullif(column, ""), MISSING)


def _without(chosen: AssetFilter, column: str) -> AssetFilter:
    others = {c: words for c, words in chosen.chosen.items() if c != column}
    return replace(chosen, chosen=others)


def _most_first(counts: list[WordCount]) -> tuple[WordCount, ...]:
    ordered = sorted(counts, key=lambda one: (-one.count, one.word))
    return tuple(ordered[:MOST_WORDS])


def _line(row: sa.RowMapping, fields: Sequence[str]) -> AssetLine:
    return AssetLine(
        asset_id=row["id"],
        asset_name=row["asset_name"],
        cells={name: row[f"field_{name}"] for name in fields},
        in_scope=row["in_scope"],
        scope_reason=row["scope_reason"] or "",
        treatment=row["treatment"] or "",
        overridden=bool(row["overridden"]),
        support_state=row["state"] or "",
        conflicts=row["conflicts"],
    )


def parse_cursor(cursor: str) -> int:
    """Return how many assets a ``next_cursor`` passes over; 0 for an empty one.

    Raises:
        InvalidInputError: It is none of ours.
    """
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
        raise InvalidInputError(
            "This link to the next page is not complete; start the list again."
        )
    return int(cursor)


def asset_condition(scope: Scope, asset_id: UUID) -> sa.ColumnElement[bool]:
    """Return what only the asset ``asset_id`` of the engagement fulfils."""
    return sa.and_(
        ASSETS.c.id == asset_id, ASSETS.c.engagement_id == scope.engagement_id
    )
