"""Say what kind of asset each record is, and whether it is in scope.

Facts of the source come first, then the operating system, the model, the role and
the ports it answers on, and the name last. Each class carries its rule, reason and
confidence; what stays unsure is asked of the assistant.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from discovery_app.agents.assistant import AssetFacts, ClassSuggestion
from discovery_app.domain.discovery_flow_state import Classification
from discovery_app.domain.issues import Severity
from discovery_app.knowledge.classes import SURE_FROM
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.phases.base import ISSUE_SCHEMA, PhaseContext, PhaseResult
from discovery_app.transforms.classes import classify

TITLE: Final = "Asset classification"
WEIGHT: Final = 6.0
ITEM_KIND: Final = "assets"

MOST_ASKED: Final = 500
"""Assets the assistant is asked about in one run; chosen to bound time and cost."""


def run(context: PhaseContext) -> PhaseResult:
    """Classify every record.

    Reads:
        data_cleansing.records, data_cleansing.connections (frames).

    Leaves:
        classes (frame): One row a record: type, rule, reason, confidence and scope.
        asset_classification (Classification): Counts by type and by reason.

    Raises:
        MissingInputError: ``data_cleansing`` left no records.
    """
    records = context.frame("data_cleansing", "records")
    connections = context.frame("data_cleansing", "connections")
    context.report(0.1, f"Classifying {len(records):,} assets")
    classes = classify(records, connections)
    classes = _ask(context, records, classes)
    context.report(0.9, "Counting the classes")
    issues = _issues(records, classes)
    output = _summary(classes)
    unsure = classes.filter(pl.col("asset_type") == "other").height
    return PhaseResult(
        summary=(
            f"{len(classes):,} assets classified, {output.in_scope:,} in scope, "
            f"{unsure:,} of unknown kind"
        ),
        output=output,
        items_in=len(records),
        items_out=len(classes),
        frames={"classes": classes.drop("contradicts", "given_type")},
        issues=issues,
    )


def _ask(
    context: PhaseContext, records: pl.DataFrame, classes: pl.DataFrame
) -> pl.DataFrame:
    """Return ``classes`` with the assistant's answers where the rules are unsure."""
    unsure = classes.filter(pl.col("confidence") < SURE_FROM).head(MOST_ASKED)
    if unsure.is_empty():
        return classes
    context.report(0.5, f"Asking about {len(unsure):,} unsure assets")
    facts = unsure.select("record").join(
        records.select(
            "record", "asset_name", "operating_system", "model", "description"
        ),
        on="record",
        how="left",
        maintain_order="left",
    )
    asked = [AssetFacts(r[0], *(text or "" for text in r[1:])) for r in facts.rows()]
    answers = _checked(context.assistant.classify(asked), unsure)
    if not answers:
        return classes
    told = pl.DataFrame(
        [(a.record, a.asset_type, a.confidence, a.reason, a.source) for a in answers],
        schema={
            "record": pl.UInt32,
            "new_type": pl.String,
            "new_confidence": pl.Float64,
            "new_reason": pl.String,
            "source": pl.String,
        },
        orient="row",
    )
    joined = classes.join(told, on="record", how="left", maintain_order="left")
    return _with_scope(
        joined.with_columns(
            asset_type=pl.coalesce("new_type", "asset_type"),
            confidence=pl.coalesce("new_confidence", "confidence"),
            reason=pl.coalesce("new_reason", "reason"),
            rule=pl.coalesce(pl.format("assistant_{}", "source"), "rule"),
        )
    ).select(classes.columns)


def _with_scope(classes: pl.DataFrame) -> pl.DataFrame:
    """Return ``classes`` in which an answered class decides the scope too."""
    by_type = pl.col("asset_type").replace_strict(
        {"endpoint": "workstation", "network": "network_gear"},
        default=None,
        return_dtype=pl.String,
    )
    reason = (
        pl.when(pl.col("new_type").is_not_null())
        .then(pl.coalesce("scope_reason", by_type))
        .otherwise("scope_reason")
    )
    return classes.with_columns(scope_reason=reason).with_columns(
        in_scope=pl.col("scope_reason").is_null()
    )


def _checked(
    answers: Sequence[ClassSuggestion], unsure: pl.DataFrame
) -> list[ClassSuggestion]:
    """Return the answers that name an asked record and a word of the schema."""
    allowed = set(ASSET_FIELDS["asset_type"].allowed)
    floor = dict(unsure.select("record", "confidence").rows())
    kept = {
        answer.record: answer
        for answer in answers
        if answer.asset_type in allowed
        and floor.get(answer.record, 1.0) < answer.confidence <= 1.0
    }
    return list(kept.values())


def _summary(classes: pl.DataFrame) -> Classification:
    out = classes.filter(~pl.col("in_scope"))
    return Classification(
        by_type=_counts(classes["asset_type"]),
        in_scope=len(classes) - len(out),
        out_of_scope=_counts(out["scope_reason"]),
    )


def _counts(words: pl.Series) -> dict[str, int]:
    counted = words.value_counts().sort(["count", words.name], descending=[True, False])
    return dict(counted.rows())


def _issues(records: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    placed = classes.join(
        records.select("record", "file", "sheet", "row_number", "asset_name"),
        on="record",
        how="left",
        maintain_order="left",
    )
    unsure = placed.filter(pl.col("asset_type") == "other")
    against = placed.filter("contradicts")
    return pl.concat(
        [
            _issue_rows(
                against,
                rule="contradictory_type",
                column="asset_type",
                value=pl.col("given_type"),
                severity=Severity.WARNING,
                message=pl.format(
                    "{} is given as {}, but {}", "asset_name", "given_type", "reason"
                ),
                fix="Correct the type or the operating system in the source.",
            ),
            _issue_rows(
                unsure,
                rule="unknown_class",
                column="asset_type",
                value=pl.col("asset_name"),
                severity=Severity.WARNING,
                message=pl.format(
                    "Nothing tells what kind of asset {} is.", "asset_name"
                ),
                fix="Add an operating system, a model or a type to the row.",
            ),
        ]
    )


def _issue_rows(
    placed: pl.DataFrame,
    *,
    rule: str,
    column: str,
    value: pl.Expr,
    severity: Severity,
    message: pl.Expr,
    fix: str,
) -> pl.DataFrame:
    return placed.select(
        file="file",
        sheet="sheet",
        row=pl.col("row_number"),
        column=pl.lit(column),
        value=value.fill_null(""),
        rule=pl.lit(rule),
        severity=pl.lit(str(severity)),
        message=message,
        fix=pl.lit(fix),
    ).cast(pl.Schema(ISSUE_SCHEMA))
