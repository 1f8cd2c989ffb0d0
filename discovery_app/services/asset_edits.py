"""Setting a field on many assets at once, as a person decides it.

Each change is kept as a conflict that the person has decided: so the drawer tells who
set the value, and the value from before is not offered again by later imports.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.asset_edits import (
    EDITABLE,
    LONGEST_VALUE,
    PERSON,
    EditPreview,
)
from discovery_app.domain.inventory import AssetFilter
from discovery_app.errors import ConflictError, InvalidInputError
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services.asset_queries import LISTED, conditions
from discovery_app.services.audit import AuditService, require_reason
from discovery_app.services.publication import lock_inventory
from discovery_app.services.staged_assets import SEARCHED, search_text
from discovery_app.services.staging import new_id
from discovery_app.services.tables import ASSETS, CONFLICTS


class AssetEditService:
    """Counts and makes changes of many assets.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def preview(
        self, scope: Scope, chosen: AssetFilter, field: str, value: str
    ) -> EditPreview:
        """Return what ``edit`` would do; nothing is changed.

        Raises:
            NotPermittedError: The role may not edit assets.
            InvalidInputError: The field cannot be set, or not to this value.
        """
        scope.require(Permission.FIX_ISSUES)
        wanted = _checked(field, value)
        column, number = ASSETS.c[field], sa.func.count()
        differs = column.is_distinct_from(wanted)
        row = self._session.execute(
            sa.select(
                number,
                number.filter(differs),
                number.filter(differs, column.is_not(None)),
            )
            .select_from(LISTED)
            .where(*conditions(scope, chosen))
        ).one()
        return EditPreview(*row)

    def edit(
        self,
        scope: Scope,
        chosen: AssetFilter,
        field: str,
        value: str,
        *,
        expected: int,
        reason: str,
    ) -> int:
        """Set a field on the chosen assets; return how many changed.

        Args:
            scope: Whose inventory.
            chosen: Which assets.
            field: One of ``EDITABLE``.
            value: What they are to say.
            expected: How many the person saw would change.
            reason: Why, for the audit log.

        Raises:
            NotPermittedError: The role may not edit assets.
            InvalidInputError: The field cannot be set, not to this value, or there is
                no reason.
            ConflictError: Another number of assets would change now.
        """
        scope.require(Permission.FIX_ISSUES)
        why, wanted = require_reason(reason), _checked(field, value)
        lock_inventory(self._session, scope)
        ids = self._changing(scope, chosen, field, wanted)
        if len(ids) != expected:
            raise ConflictError(
                f"{len(ids):,} assets would change now, you saw {expected:,}; look "
                "again."
            )
        self._remember(scope, ids, field, wanted)
        after = {name: ASSETS.c[name] for name in SEARCHED} | {
            field: sa.literal(wanted)
        }
        searched = {name: after[name] for name in SEARCHED}
        self._session.execute(
            sa.update(ASSETS)
            .values(
                {
                    field: wanted,
                    "search_text": search_text(searched),
                    "updated_at": sa.func.now(),
                }
            )
            .where(
                _among(ASSETS.c.id, ids), ASSETS.c.engagement_id == scope.engagement_id
            )
        )
        AuditService(self._session).record(
            scope,
            "assets_edited",
            f"{ASSET_FIELDS[field].label}: {wanted}",
            why,
            details={"field": field, "value": wanted, "assets": len(ids)},
        )
        return len(ids)

    def _changing(
        self, scope: Scope, chosen: AssetFilter, field: str, value: str
    ) -> list[UUID]:
        found = self._session.scalars(
            sa.select(ASSETS.c.id)
            .select_from(LISTED)
            .where(*conditions(scope, chosen), ASSETS.c[field].is_distinct_from(value))
        )
        return list(found)

    def _remember(self, scope: Scope, ids: list[UUID], field: str, value: str) -> None:
        """Keep what was there before, as a conflict that the person has decided."""
        conflict = CONFLICTS.c
        self._session.execute(
            sa.delete(CONFLICTS).where(
                conflict.engagement_id == scope.engagement_id,
                _among(conflict.asset_id, ids),
                conflict.field == field,
                # Open ones are decided by this; one against this very value is over.
                sa.or_(conflict.resolved_at.is_(None), conflict.offered == value),
            )
        )
        columns = {
            "id": new_id(self._session),
            "engagement_id": ASSETS.c.engagement_id,
            "client_account_id": ASSETS.c.client_account_id,
            "asset_id": ASSETS.c.id,
            "session_id": ASSETS.c.last_session_id,
            "field": sa.cast(field, sa.Text()),
            "kept": sa.cast(value, sa.Text()),
            "kept_source": sa.cast(f"{PERSON}: {scope.actor}", sa.Text()),
            "offered": sa.func.coalesce(ASSETS.c[field], ""),
            "offered_source": sa.cast("", sa.Text()),
            "rule": sa.cast(PERSON, sa.Text()),
            "resolved_at": sa.func.now(),
            "resolved_by": sa.cast(scope.actor, sa.Text()),
        }
        self._session.execute(
            sa.insert(CONFLICTS).from_select(
                list(columns),
                sa.select(*columns.values()).where(
                    ASSETS.c.engagement_id == scope.engagement_id,
                    _among(ASSETS.c.id, ids),
                ),
                include_defaults=False,
            )
        )


def _among(column: sa.ColumnElement, ids: list[UUID]) -> sa.ColumnElement[bool]:
    """Return the condition as one array, however many ids there are."""
    return column == sa.any_(sa.cast(ids, sa.ARRAY(sa.Uuid())))


def _checked(field: str, value: str) -> str:
    """Return ``value`` without blanks around it.

    Raises:
        InvalidInputError: The field cannot be set, or not to this value.
    """
    if field not in EDITABLE:
        raise InvalidInputError("Choose one of the fields that can be set together.")
    wanted, known = value.strip(), ASSET_FIELDS[field]
    if not wanted:
        raise InvalidInputError(f"Say what {known.label} is to be.")
    if known.type == "enum" and wanted not in known.allowed:
        raise InvalidInputError(
            f"{known.label} is one of {', '.join(known.allowed)}; choose one of them."
        )
    if len(wanted) > LONGEST_VALUE or not wanted.isprintable():
        raise InvalidInputError(
            f"{known.label} takes at most {LONGEST_VALUE} characters in one line."
        )
    return wanted
