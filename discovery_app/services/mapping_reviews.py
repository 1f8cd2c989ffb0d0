"""The mapping review: an import's columns in groups, filtered and in pages."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.display import Choice
from discovery_app.domain.mapping import Outcome
from discovery_app.domain.mapping_review import (
    CUSTOM_FIELD,
    MappingGroup,
    MappingReview,
    MappingRow,
    ReviewFilter,
)
from discovery_app.domain.words import count
from discovery_app.domain.workflow import (
    RESTARTABLE,
    WorkflowStatus,
    WorkflowView,
)
from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.fields import target_choices, target_label
from discovery_app.knowledge.unit_choices import same_unit, units_of
from discovery_app.services.field_mappings import FieldMappingService, MappingView
from discovery_app.services.workflow_state import WorkflowStateService

GROUP_ROWS: Final = 25
"""Rows of a page of a group; chosen. What waits for a decision has four times as
many, because it is worked through from top to bottom."""

OUTCOMES: Final = (
    Choice(Outcome.REVIEW.value, "Needs a decision"),
    Choice(Outcome.CONFIDENT.value, "Mapped"),
    Choice(Outcome.UNMAPPED.value, "Custom field"),
    Choice(Outcome.NEVER_IMPORTED.value, "Never imported"),
)

_RULES: Final = {
    "ambiguous_header": "Header means several things",
    "duplicate_target": "Two columns for one field",
    "exact_header": "Known header",
    "fuzzy_words": "Words of the header, corrected",
    "header_words": "Words of the header",
    "memory": "Confirmed before",
    "never_import": "May hold secrets",
    "person": "Decided by a person",
    "preset": "Known from this source",
    "preset_any": "Known from this source",
    "agent": "Suggested by the assistant",
}
"""Other rules are shown by their own words."""


class MappingReviewService:
    """Shows what ``FieldMappingService`` keeps; it changes nothing.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def review(
        self,
        scope: Scope,
        workflow_id: UUID,
        chosen: ReviewFilter | None = None,
        pages: Mapping[str, int] | None = None,
    ) -> MappingReview:
        """Return the review as the page shows it.

        Args:
            scope: Whose import.
            workflow_id: The workflow of the import.
            chosen: Which columns to show.
            pages: Page numbers from 0 by outcome; the first where it is not named.

        Raises:
            NotFoundError: There is no such workflow in this engagement.
        """
        scope.require(Permission.VIEW)
        states = WorkflowStateService(self._session)
        workflow = states.get_workflow_state(scope, workflow_id)
        mappings = FieldMappingService(self._session)
        every = mappings.listed(scope, workflow.session_id)
        shown = [one for one in every if _matches(one, chosen or ReviewFilter())]
        numbers = pages or {}

        def group(outcome: Outcome) -> MappingGroup:
            rows = [one for one in shown if one.outcome == outcome]
            return _group(sorted(rows, key=_urgency), outcome, numbers)

        return MappingReview(
            **_totals(every, workflow),
            matching=len(shown),
            sheets=_sheets(every),
            rules=_rules(every),
            open=group(Outcome.REVIEW),
            sure=group(Outcome.CONFIDENT),
            kept=group(Outcome.UNMAPPED),
            dropped=group(Outcome.NEVER_IMPORTED),
        )


def target_options(role: str) -> tuple[Choice, ...]:
    """Return what a column of a table of ``role`` may be mapped to, for picking."""
    keep = Choice(CUSTOM_FIELD, "Keep as custom field", "No field")
    return (keep, *(Choice(*one) for one in target_choices(role)))


def rule_words(rule: str) -> str:
    """Return what people read for the stable word ``rule``."""
    return _RULES.get(rule, rule.replace("_", " ").capitalize())


def column_id(text: str) -> UUID:
    """Return the id that a page sent, checked.

    Raises:
        InvalidInputError: It is none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInputError(
            "This column is not known; reload the page and decide again."
        ) from error


def _totals(every: Sequence[MappingView], workflow: WorkflowView) -> dict:
    by_outcome = {str(o): sum(1 for m in every if m.outcome == o) for o in Outcome}
    return {
        "workflow_id": str(workflow.workflow_id),
        "title": workflow.title,
        "status": str(workflow.status),
        "waiting": workflow.status == WorkflowStatus.WAITING_FOR_APPROVAL,
        "reopenable": _may_wait_again(workflow) and bool(every),
        "version": workflow.version,
        "columns": len(every),
        "undecided": by_outcome[Outcome.REVIEW],
        "confirmable": sum(
            1 for m in every if m.outcome == Outcome.CONFIDENT and not m.approved_by
        ),
        "mapped": by_outcome[Outcome.CONFIDENT],
        "custom": by_outcome[Outcome.UNMAPPED],
        "never": by_outcome[Outcome.NEVER_IMPORTED],
    }


def _may_wait_again(workflow: WorkflowView) -> bool:
    waits = workflow.status == WorkflowStatus.WAITING_FOR_APPROVAL
    return workflow.status in RESTARTABLE and not waits


def _group(
    rows: Sequence[MappingView], outcome: Outcome, pages: Mapping[str, int]
) -> MappingGroup:
    size = GROUP_ROWS * 4 if outcome is Outcome.REVIEW else GROUP_ROWS
    last_page = max(0, (len(rows) - 1) // size)
    first = min(max(pages.get(outcome.value, 0), 0), last_page) * size
    page = rows[first : first + size]
    shown = f"{first + 1}–{first + len(page)} of {count(len(rows))}"
    return MappingGroup(
        count=count(len(rows)),
        rows=tuple(_row(one) for one in page),
        shown=shown if len(rows) > size else "",
        has_previous=first > 0,
        has_next=first + size < len(rows),
    )


def _row(view: MappingView) -> MappingRow:
    # Deciding takes the target, or the first candidate where none is likely.
    best = view.target or next(iter(view.candidates), "")
    target = target_label(best) if best else "Custom field"
    return MappingRow(
        mapping_id=view.mapping_id,
        header=view.header,
        place=f"{view.file} › {view.sheet}" if view.sheet else view.file,
        role=view.role,
        filled=f"{view.filled_percent} % filled",
        samples=view.samples[:4],
        target=target if view.outcome != Outcome.UNMAPPED else "Custom field",
        best=best or CUSTOM_FIELD,
        others=tuple(
            Choice(name, target_label(name)) for name in view.candidates if name != best
        )[:3],
        percent=view.percent,
        rule=rule_words(view.rule),
        reason=view.reason,
        unit=same_unit(view.unit),
        units=tuple(Choice(unit, unit) for unit in units_of(view.target)),
        accepted=bool(view.approved_by),
        open=view.outcome == Outcome.REVIEW,
    )


def _matches(view: MappingView, chosen: ReviewFilter) -> bool:
    wanted = (
        (chosen.sheet, _place(view)),
        (chosen.outcome, view.outcome),
        (chosen.rule, view.rule),
    )
    if any(word and word != found for word, found in wanted):
        return False
    texts = (view.header, target_label(view.target), *view.samples)
    searched = chosen.search.strip().lower()
    return not searched or any(searched in text.lower() for text in texts)


def _urgency(view: MappingView) -> tuple[bool, int, str]:
    """Return the order within a group: what a person just did, then the least sure."""
    return view.rule != "person", view.percent, view.header.lower()


def _place(view: MappingView) -> str:
    return view.sheet or view.file


def _sheets(every: Sequence[MappingView]) -> tuple[Choice, ...]:
    return tuple(Choice(one, one) for one in dict.fromkeys(_place(m) for m in every))


def _rules(every: Sequence[MappingView]) -> tuple[Choice, ...]:
    used = sorted({view.rule for view in every})
    return tuple(Choice(rule, rule_words(rule)) for rule in used)
