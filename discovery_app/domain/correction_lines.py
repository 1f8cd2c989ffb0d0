"""Corrected rows, as the page shows them: finished words."""

from dataclasses import dataclass
from typing import Final

from discovery_app.domain.corrections import (
    CorrectionState,
    CorrectionView,
    RowCell,
    RowContent,
    RowOutcome,
    RowPlace,
    RowProblem,
)
from discovery_app.domain.words import count, counted, exact

_STATE_WORDS: Final = {
    CorrectionState.WAITS: "Waits to be applied",
    CorrectionState.APPLIED: "Applied",
    CorrectionState.LEAVING: "Taken back, waits to be applied",
    CorrectionState.UNDONE: "Taken back",
}
_VERDICTS: Final = {
    "accepted": "This row will be taken in",
    "excluded": "This row will be left out on purpose",
    "rejected": "This row would still be rejected",
}


@dataclass(frozen=True)
class CellField:
    """One cell to correct.

    Attributes:
        name: Of the form's field; ends with the column's position.
        label: The header, with what the column means.
        hint: The file's own value where it was corrected.
        long: Whether the value has several lines.
    """

    name: str
    label: str
    value: str
    hint: str
    problem: str
    long: bool


@dataclass(frozen=True)
class ProblemLine:
    """One problem of the row, with what became of it.

    Attributes:
        look: ``fixed``, ``left``, ``warned`` or ``kept``.
    """

    look: str
    word: str
    message: str
    fix: str


@dataclass(frozen=True)
class RowEditor:
    """The row that is being corrected; empty while none is.

    Attributes:
        key: Changes with every answer, so that the form shows what was kept.
        first: Cells with problems, and those that name the asset.
        others: All other cells.
        verdict: What will become of the row; empty before it was checked.
    """

    key: str = ""
    file: str = ""
    sheet: str = ""
    row: int = 0
    title: str = ""
    subtitle: str = ""
    first: tuple[CellField, ...] = ()
    others: tuple[CellField, ...] = ()
    problems: tuple[ProblemLine, ...] = ()
    verdict: str = ""
    summary: str = ""

    @property
    def place(self) -> RowPlace:
        """Return where the row stands."""
        return RowPlace(self.file, self.sheet, self.row)


@dataclass(frozen=True)
class CorrectionLine:
    """One correction in the list.

    Attributes:
        open: Whether it can be taken back.
        waits: Whether a run has yet to follow it.
    """

    correction_id: str
    place: str
    row: str
    column: str
    before: str
    after: str
    state: str
    waits: bool
    who: str
    at: str
    open: bool


@dataclass(frozen=True)
class CorrectionList:
    """A page of an import's corrections.

    Attributes:
        waiting: How many a run has yet to follow, in words; empty if none.
        may_fix: Whether this person may correct rows.
    """

    total: str = ""
    waiting: str = ""
    may_fix: bool = False
    lines: tuple[CorrectionLine, ...] = ()
    shown: str = ""
    has_previous: bool = False
    has_next: bool = False


def row_editor(content: RowContent, outcome: RowOutcome | None, key: str) -> RowEditor:
    """Return the form for a row; with ``outcome`` once it was checked."""
    place = content.place
    problems = outcome.problems if outcome else content.problems
    marked = _marked(problems)
    fields = [(one, _field(one, marked.get(one.column, ""))) for one in content.cells]
    first = [
        field for one, field in fields if one.names or one.problems or field.problem
    ]
    chosen = {field.name for field in first}
    return RowEditor(
        key=key,
        file=place.file,
        sheet=place.sheet,
        row=place.row,
        title=f"Row {count(place.row)}",
        subtitle=f"{place.file} › {place.sheet}" if place.sheet else place.file,
        first=tuple(first),
        others=tuple(field for _, field in fields if field.name not in chosen),
        problems=tuple(_problem_line(one) for one in problems),
        verdict=_verdict(outcome) if outcome else "",
        summary=_summary(outcome) if outcome else "",
    )


def correction_line(view: CorrectionView) -> CorrectionLine:
    """Return ``view`` in words."""
    stands = view.state in {CorrectionState.WAITS, CorrectionState.APPLIED}
    who, at = (
        (view.made_by, view.made_at)
        if stands
        else (
            view.undone_by,
            view.undone_at,
        )
    )
    return CorrectionLine(
        correction_id=str(view.correction_id),
        place=f"{view.file} › {view.sheet}" if view.sheet else view.file,
        row=count(view.row),
        column=view.column,
        before=view.before,
        after=view.after,
        state=_STATE_WORDS[view.state],
        waits=view.state in {CorrectionState.WAITS, CorrectionState.LEAVING},
        who=who,
        at=exact(at) if at else "",
        open=stands,
    )


def waiting_words(waiting: int) -> str:
    """Return how many corrections wait, as a sentence; empty if none does."""
    if not waiting:
        return ""
    verb = "waits" if waiting == 1 else "wait"
    return f"{counted(waiting, 'correction')} {verb} to be applied."


def _marked(problems: tuple[RowProblem, ...]) -> dict[str, str]:
    """Return by column what is still wrong with its cell."""
    wrong = [one for one in problems if one.column and one.state in {"left", "new"}]
    return {one.column: one.message for one in wrong}


def _field(cell: RowCell, problem: str) -> CellField:
    meaning = f" · {cell.field}" if cell.field and cell.field != cell.column else ""
    corrected = cell.value != cell.original
    original = f"“{cell.original}”" if cell.original else "nothing"
    return CellField(
        name=f"cell-{cell.position}",
        label=f"{cell.column}{meaning}",
        value=cell.value,
        hint=f"The file says {original}." if corrected else "",
        problem=problem,
        long="\n" in cell.value,
    )


def _problem_line(problem: RowProblem) -> ProblemLine:
    is_error = problem.severity == "error"
    words = {
        "fixed": "Fixed",
        "left": "To correct" if is_error else "Worth a look",
        "new": "New",
        "kept": "Of the file",
    }
    fix = "" if problem.state == "fixed" else problem.fix
    wrong = problem.state in {"left", "new"}
    look = ("left" if is_error else "warned") if wrong else problem.state
    return ProblemLine(look, words[problem.state], problem.message, fix)


def _verdict(outcome: RowOutcome) -> str:
    return _VERDICTS.get(outcome.verdict, "The cells were checked")


def _summary(outcome: RowOutcome) -> str:
    left = sum(1 for one in outcome.problems if one.state in {"left", "new"})
    words = [counted(outcome.fixed, "problem") + " fixed"] if outcome.fixed else []
    words += [f"{left:,} left"] if left else []
    told = ", ".join(words) or "No problem left"
    return f"{told}. Whether another row says the same is seen when it is applied."
