"""What each export holds: its columns and the query behind them (CONTRACTS.md)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from discovery_app.domain.access import Scope
from discovery_app.knowledge.effort import effort_of
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services.asset_queries import TREATMENT
from discovery_app.services.import_issues import SEVERITY_ORDER
from discovery_app.services.tables import (
    ASSETS,
    DECISIONS,
    DEPENDENCIES,
    FINDINGS,
    GROUPS,
    ISSUES,
    MAPPINGS,
    UPLOADS,
)


class ExportWhat(StrEnum):
    """What can be exported."""

    ASSETS = "assets"
    MAPPINGS = "mappings"
    ISSUES = "issues"
    DEPENDENCIES = "dependencies"
    FINDINGS = "findings"
    DECISIONS = "decisions"
    PLAN = "plan"


@dataclass(frozen=True)
class ExportTable:
    """The columns of an export and the statement that finds its rows.

    Attributes:
        worked_out: Turns a found row into an exported one, where rules of the app say
            something that no table holds.
    """

    columns: tuple[str, ...]
    rows: sa.Select
    worked_out: Callable[[Sequence[Any]], Sequence[Any]] = tuple


def export_table(scope: Scope, what: ExportWhat) -> ExportTable:
    """Return what ``what`` exports of the scope's engagement, in a stable order."""
    return _TABLES[what](scope)


def _assets(scope: Scope) -> ExportTable:
    asset = ASSETS.c
    return _table(
        {
            "asset_id": asset.id,
            **{name: asset[name] for name in ASSET_FIELDS},
            "in_scope": asset.in_scope,
            "scope_reason": asset.scope_reason,
            "custom": asset.custom,
        },
        ASSETS,
        asset.engagement_id == scope.engagement_id,
        (asset.asset_name, asset.id),
    )


def _mappings(scope: Scope) -> ExportTable:
    mapping = MAPPINGS.c
    return _table(
        {
            "file": mapping.file,
            "sheet": mapping.sheet,
            "column": mapping.header,
            "target": mapping.target,
            "outcome": mapping.outcome,
            "confidence": mapping.confidence,
            "reason": mapping.reason,
            "approved_by": mapping.approved_by,
        },
        _of_uploads(MAPPINGS),
        mapping.engagement_id == scope.engagement_id,
        (UPLOADS.c.created_at, UPLOADS.c.id, mapping.table_number, mapping.position),
    )


def _issues(scope: Scope) -> ExportTable:
    issue = ISSUES.c
    names = (
        "file",
        "sheet",
        "row",
        "column",
        "value",
        "rule",
        "severity",
        "message",
        "fix",
    )
    return _table(
        {name: issue[name] for name in names},
        _of_uploads(ISSUES),
        issue.engagement_id == scope.engagement_id,
        (
            UPLOADS.c.created_at,
            UPLOADS.c.id,
            SEVERITY_ORDER,
            issue.rule,
            issue.position,
            issue.id,
        ),
    )


def _dependencies(scope: Scope) -> ExportTable:
    edge = DEPENDENCIES.c
    return _table(
        {
            "source": edge.source,
            "destination": edge.destination,
            "port": edge.port,
            "protocol": edge.protocol,
            "kind": edge.kind,
            "noise": edge.noise,
            "source_asset_id": edge.source_asset_id,
            "destination_asset_id": edge.destination_asset_id,
        },
        DEPENDENCIES,
        edge.engagement_id == scope.engagement_id,
        (edge.source, edge.destination, edge.port, edge.id),
    )


def _findings(scope: Scope) -> ExportTable:
    finding = FINDINGS.c
    names = (
        "raw",
        "product",
        "cycle",
        "state",
        "eol_date",
        "extended_until",
        "evidence",
    )
    return _table(
        {
            "asset_id": finding.asset_id,
            "asset_name": ASSETS.c.asset_name,
            **{name: finding[name] for name in names},
        },
        _of_assets(FINDINGS),
        finding.engagement_id == scope.engagement_id,
        (ASSETS.c.asset_name, finding.asset_id, finding.id),
    )


def _decisions(scope: Scope) -> ExportTable:
    decision = DECISIONS.c
    return _table(
        {
            "asset_id": decision.asset_id,
            "asset_name": ASSETS.c.asset_name,
            "treatment": decision.treatment,
            "rule": decision.rule,
            "confidence": decision.confidence,
            "inputs": decision.inputs,
            "also_matched": decision.also_matched,
            "override": decision.override,
            # Of an overridden one, the reason that holds is the person's.
            "reason": sa.func.coalesce(decision.override_reason, decision.reason),
        },
        _of_assets(DECISIONS),
        decision.engagement_id == scope.engagement_id,
        (ASSETS.c.asset_name, decision.asset_id),
    )


def _plan(scope: Scope) -> ExportTable:
    """What holds for each asset, how much work that is, and what it moves with."""
    decision, asset = DECISIONS.c, ASSETS.c
    said_by = sa.case((decision.override.is_not(None), "person"), else_="rules")
    grouped = _of_assets(DECISIONS).outerjoin(
        GROUPS,
        sa.and_(
            GROUPS.c.asset_id == decision.asset_id,
            GROUPS.c.engagement_id == decision.engagement_id,
        ),
    )
    found = _table(
        {
            "asset_id": decision.asset_id,
            "asset_name": asset.asset_name,
            "application": asset.application_name,
            "environment": asset.environment,
            "treatment": TREATMENT,
            "decided_by": said_by,
            "rule": decision.rule,
            "move_group": GROUPS.c.group_number,
            "wave": GROUPS.c.wave,
            "effort": asset.storage_provisioned_gb,
            "effort_reason": asset.business_criticality,
        },
        grouped,
        decision.engagement_id == scope.engagement_id,
        (GROUPS.c.wave, GROUPS.c.group_number, asset.asset_name, decision.asset_id),
    )
    return replace(found, worked_out=_with_effort)


def _with_effort(row: Sequence[Any]) -> Sequence[Any]:
    """Return the row with the effort in the place of what it is worked out from."""
    *told, storage_gb, criticality = row
    estimate = effort_of(told[4], storage_gb, criticality)
    return (*told, str(estimate.effort), estimate.reason)


_TABLES: Final[Mapping[ExportWhat, Callable[[Scope], ExportTable]]] = {
    ExportWhat.ASSETS: _assets,
    ExportWhat.MAPPINGS: _mappings,
    ExportWhat.ISSUES: _issues,
    ExportWhat.DEPENDENCIES: _dependencies,
    ExportWhat.FINDINGS: _findings,
    ExportWhat.DECISIONS: _decisions,
    ExportWhat.PLAN: _plan,
}


def _table(
    columns: Mapping[str, sa.ColumnElement],
    source: sa.FromClause,
    mine: sa.ColumnElement[bool],
    order: tuple[sa.ColumnElement, ...],
) -> ExportTable:
    named = [column.label(f"c{n}") for n, column in enumerate(columns.values())]
    rows = sa.select(*named).select_from(source).where(mine).order_by(*order)
    return ExportTable(tuple(columns), rows)


def _of_assets(table: sa.Table) -> sa.FromClause:
    return table.join(
        ASSETS,
        sa.and_(
            ASSETS.c.id == table.c.asset_id,
            ASSETS.c.engagement_id == table.c.engagement_id,
        ),
    )


def _of_uploads(table: sa.Table) -> sa.FromClause:
    return table.join(
        UPLOADS,
        sa.and_(
            UPLOADS.c.id == table.c.session_id,
            UPLOADS.c.engagement_id == table.c.engagement_id,
        ),
    )
