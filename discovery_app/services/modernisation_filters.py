"""Which findings and decisions to list, and what they are joined with."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from discovery_app.domain.access import Permission, Scope
from discovery_app.services.asset_queries import TREATMENT
from discovery_app.services.tables import ASSETS, DECISIONS, FINDINGS

DUE: Final = sa.case(
    (FINDINGS.c.state == "extended_only", FINDINGS.c.extended_until),
    else_=FINDINGS.c.eol_date,
)
"""The one date a state is about: where only extended support is left, its end; else
the end of regular support."""

QUARTER: Final = sa.func.to_char(DUE, 'YYYY "Q"Q')
FINDINGS_OF_ASSETS: Final = FINDINGS.join(
    ASSETS,
    sa.and_(
        ASSETS.c.id == FINDINGS.c.asset_id,
        ASSETS.c.engagement_id == FINDINGS.c.engagement_id,
    ),
)
DECISIONS_OF_ASSETS: Final = DECISIONS.join(
    ASSETS,
    sa.and_(
        ASSETS.c.id == DECISIONS.c.asset_id,
        ASSETS.c.engagement_id == DECISIONS.c.engagement_id,
    ),
)


APPLICATION_SEPARATORS: Final = "[,;\\n]"
"""What stands between the names of several applications of one asset."""


@dataclass(frozen=True)
class FindingFilter:
    """Which findings to list; an empty field lets all through.

    Attributes:
        application: The key of one; see ``of_application``.
        quarter: As ``by_quarter`` names it, e.g. ``2027 Q2``.
        search: Part of an asset's name, of what the file said, or of a product.
        in_scope_only: Leave out what migration does not concern.
    """

    states: tuple[str, ...] = ()
    product: str = ""
    quarter: str = ""
    search: str = ""
    asset_id: UUID | None = None
    in_scope_only: bool = False
    application: str = ""


@dataclass(frozen=True)
class DecisionFilter:
    """Which decisions to list; an empty field lets all through.

    Attributes:
        application: The key of one; see ``of_application``.
        treatments: What holds: the person's word, else the rules'.
        overridden: Only those a person decided, or only those nobody did.
    """

    treatments: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    overridden: bool | None = None
    search: str = ""
    application: str = ""


def finding_conditions(
    scope: Scope, chosen: FindingFilter | None
) -> list[sa.ColumnElement]:
    """Return what the findings fulfil that ``chosen`` lets through."""
    scope.require(Permission.VIEW)
    wanted = chosen or FindingFilter()
    where: list[sa.ColumnElement] = [FINDINGS.c.engagement_id == scope.engagement_id]
    if wanted.states:
        where.append(FINDINGS.c.state.in_(wanted.states))
    if wanted.product:
        where.append(FINDINGS.c.product == wanted.product)
    if wanted.quarter:
        where.append(QUARTER.op("=")(wanted.quarter))
    if wanted.asset_id is not None:
        where.append(FINDINGS.c.asset_id == wanted.asset_id)
    if wanted.in_scope_only:
        where.append(ASSETS.c.in_scope)
    if wanted.application:
        where.append(of_application(wanted.application))
    if wanted.search:
        where.append(
            sa.or_(
                ASSETS.c.asset_name.icontains(wanted.search, autoescape=True),
                FINDINGS.c.raw.icontains(wanted.search, autoescape=True),
                FINDINGS.c.product.icontains(wanted.search, autoescape=True),
            )
        )
    return where


def decision_conditions(
    scope: Scope, chosen: DecisionFilter | None
) -> list[sa.ColumnElement]:
    """Return what the decisions fulfil that ``chosen`` lets through."""
    scope.require(Permission.VIEW)
    wanted = chosen or DecisionFilter()
    where: list[sa.ColumnElement] = [DECISIONS.c.engagement_id == scope.engagement_id]
    if wanted.treatments:
        where.append(TREATMENT.in_(wanted.treatments))
    if wanted.rules:
        where.append(DECISIONS.c.rule.in_(wanted.rules))
    if wanted.overridden is not None:
        where.append(DECISIONS.c.override.is_not(None) == wanted.overridden)
    if wanted.application:
        where.append(of_application(wanted.application))
    if wanted.search:
        where.append(ASSETS.c.asset_name.icontains(wanted.search, autoescape=True))
    return where


def of_application(key: str) -> sa.ColumnElement[bool]:
    """Return what the assets fulfil that name the application ``key``.

    A key is the trimmed name in lower case; an asset may name several applications.
    """
    names = sa.func.regexp_split_to_table(
        ASSETS.c.application_name, APPLICATION_SEPARATORS, type_=sa.Text()
    )
    named = names.table_valued("name").render_derived(name="named")
    return (
        sa.exists()
        .where(sa.func.lower(sa.func.trim(named.c.name)) == key)
        .select_from(named)
    )
