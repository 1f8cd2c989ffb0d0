"""The inventory: lists of assets, and one asset with where its values came from."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from discovery_app.api.dependencies import Cursor, EngagementScope, Limit
from discovery_app.database import unit_of_work
from discovery_app.domain.inventory import AssetFilter, AssetLine
from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services.asset_edits import AssetEditService
from discovery_app.services.asset_queries import FILTERS, AssetQueries, parse_cursor

router = APIRouter(tags=["Assets"])

_OTHERS: Final = frozenset(
    {"limit", "cursor", "search", "sort", "descending", "fields", "session_id"}
)


class AssetItem(BaseModel):
    """One asset; the schema's fields stand beside these, null where unknown.

    Attributes:
        treatment: What holds: a person's decision, else the rules' advice.
        support_state: The worst state of its products.
        conflicts: Open ones.
    """

    model_config = ConfigDict(extra="allow")

    asset_id: UUID
    asset_name: str
    in_scope: bool
    scope_reason: str
    treatment: str
    overridden: bool
    support_state: str
    conflicts: int


class AssetAnswer(BaseModel):
    """Some assets; ``next_cursor`` asks for more and is null at the end."""

    items: list[AssetItem]
    next_cursor: str | None
    total: int


_FILTERS_SAID: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": "Only assets with one of these words; (none) for empty.",
            "schema": {"type": "array", "items": {"type": "string"}},
        }
        for name in FILTERS
    ]
}


@router.get("/engagements/{engagement_id}/assets", openapi_extra=_FILTERS_SAID)
def list_assets(
    request: Request,
    scope: EngagementScope,
    limit: Limit = 100,
    cursor: Cursor = "",
    search: Annotated[str, Query(max_length=200)] = "",
    sort: Annotated[str, Query(max_length=100)] = "asset_name",
    descending: bool = False,
    fields: Annotated[str, Query(description="Names with commas; all if empty.")] = "",
    session_id: UUID | None = None,
) -> AssetAnswer:
    """List assets; filter by column, e.g. ``?environment=production&power_state=on``.

    The same column twice means either. Keep filters and sort while following cursors.
    """
    chosen = AssetFilter(search, _filters(request), session_id)
    wanted = tuple(filter(None, fields.split(","))) or tuple(ASSET_FIELDS)
    with unit_of_work(scope) as session:
        page = AssetQueries(session).page(
            scope,
            chosen,
            fields=wanted,
            sort=sort,
            descending=descending,
            offset=parse_cursor(cursor),
            limit=limit,
        )
    return AssetAnswer(
        items=[_item(line) for line in page.lines],
        next_cursor=page.next_cursor or None,
        total=page.total,
    )


class AssetEdit(BaseModel):
    """What to set on which assets.

    Attributes:
        filters: Allowed words by column; those of the list.
        dry_run: Only count; the default.
        expected: How many the caller saw would change; 409 if there are others now.
    """

    model_config = ConfigDict(extra="forbid")

    field: str
    value: str
    search: str = ""
    filters: dict[str, list[str]] = Field(default_factory=dict)
    session_id: UUID | None = None
    dry_run: bool = True
    expected: int = 0
    reason: str = ""


class AssetEdited(BaseModel):
    """What was done; before it is done, ``changed`` says what would be.

    Attributes:
        chosen: Assets that the filters leave.
        replaced: Those among the changed that had a value.
    """

    dry_run: bool
    chosen: int
    changed: int
    replaced: int


@router.post("/engagements/{engagement_id}/assets/edit")
def edit_assets(scope: EngagementScope, body: AssetEdit) -> AssetEdited:
    """Set one field on every asset that the filters leave; it is audited.

    Without ``dry_run: false`` nothing is changed and only the counts are told.
    """
    words = {column: tuple(given) for column, given in body.filters.items()}
    chosen = AssetFilter(body.search, words, body.session_id)
    with unit_of_work(scope) as session:
        service = AssetEditService(session)
        seen = service.preview(scope, chosen, body.field, body.value)
        if not body.dry_run:
            service.edit(
                scope,
                chosen,
                body.field,
                body.value,
                expected=body.expected,
                reason=body.reason,
            )
    return AssetEdited(
        dry_run=body.dry_run,
        chosen=seen.chosen,
        changed=seen.changed,
        replaced=seen.replaced,
    )


def _filters(request: Request) -> dict[str, tuple[str, ...]]:
    """Return the filters by column.

    Raises:
        InvalidInputError: A parameter is none; a typing error must not list all.
    """
    given = set(request.query_params) - _OTHERS
    if unknown := sorted(given - set(FILTERS)):
        raise InvalidInputError(
            f"There is no filter {unknown[0]}; choose from {', '.join(FILTERS)}."
        )
    return {name: tuple(request.query_params.getlist(name)) for name in given}


def _item(line: AssetLine) -> AssetItem:
    return AssetItem(
        **{
            **line.cells,
            "asset_id": line.asset_id,
            "asset_name": line.asset_name,
            "in_scope": line.in_scope,
            "scope_reason": line.scope_reason,
            "treatment": line.treatment,
            "overridden": line.overridden,
            "support_state": line.support_state,
            "conflicts": line.conflicts,
        }
    )
