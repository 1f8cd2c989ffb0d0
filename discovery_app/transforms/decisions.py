"""Applies the treatment rules to facts and records what each decision stood on."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Final

import polars as pl

from discovery_app.knowledge.releases import DataVersion
from discovery_app.knowledge.treatments import (
    Facts,
    Inbound,
    Thresholds,
    Utilisation,
    advise,
)

DECISION_SCHEMA: Final = {
    "record": pl.UInt32(),
    "treatment": pl.String(),
    "rule": pl.String(),
    "confidence": pl.Float64(),
    "inputs": pl.String(),
    "also_matched": pl.List(pl.String()),
    "override": pl.String(),
    "reason": pl.String(),
}
_FACTS: Final = tuple(one.name for one in fields(Facts))
_ON_SUPPORT: Final = ("L2", "H1")
"""Rules that are no surer than the verdict on the operating system."""

_KEPT: Final = (
    "record",
    "asset_name",
    "treatment",
    "rule",
    "rule_confidence",
    "system_confidence",
    "also_matched",
    "rule_reason",
)
"""What a decision is made of beside its inputs."""

_ENCODED_ROWS: Final = 20_000
"""Rows whose inputs are made JSON at a time: structs take many times their text."""

_SOURCES: Final[Mapping[str, str]] = {
    "asset_type": "asset_classification",
    "scope_reason": "asset_classification",
    "inbound_edges": "dependency_analysis",
    "critical_dependants": "dependency_analysis",
    "edges_observed_days": "dependency_analysis",
    "needs_kept": "dependency_analysis",
    "rebuilt_service": "server_role, asset_type or the ports it answers on",
    "successor": "catalogue of successors",
    "managed_target": "catalogue of managed databases",
    "change_tolerated": "tags",
    "is_x86": "os_architecture, else assumed from the operating system",
    "observed_days": "first_seen and last_seen",
}
"""Where a value comes from that is no column of the import."""

_BY_SUPPORT: Final = frozenset({"system_state", "ended_components", "cluster_ready"})
"""Values that the end-of-life data tells."""


def decide(
    facts: pl.DataFrame,
    overrides: Mapping[str, str],
    thresholds: Thresholds,
    version: DataVersion,
) -> pl.DataFrame:
    """Return one decision a record, in order, by ``DECISION_SCHEMA``.

    Args:
        facts: From ``transforms.facts.gather``.
        overrides: What people decided, by asset name in lower case.
        version: The end-of-life data that the facts stand on.
    """
    advised = _advised(facts)
    with_inputs = _with_inputs(advised, thresholds, version)
    surest = pl.when(pl.col("rule").is_in(_ON_SUPPORT)).then(
        pl.min_horizontal("rule_confidence", "system_confidence")
    )
    return (
        with_inputs.with_columns(
            confidence=pl.coalesce(surest, "rule_confidence"),
            override=_overrides(with_inputs["asset_name"], overrides),
        )
        .with_columns(reason=_reason())
        .select(list(DECISION_SCHEMA))
        .cast(pl.Schema(DECISION_SCHEMA))
    )


def _advised(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the facts with the rules' advice, asked once a different combination."""
    combinations = facts.select(_FACTS).unique(maintain_order=True)
    advice = [advise(_facts(row)) for row in combinations.iter_rows(named=True)]
    numbered = combinations.with_row_index("combination")
    table = pl.DataFrame(
        [
            (
                number,
                str(one.treatment),
                one.rule,
                one.confidence,
                list(one.also_matched),
                one.reason,
                list(one.fields),
            )
            for number, one in enumerate(advice)
        ],
        schema={
            "combination": pl.UInt32,
            "treatment": pl.String,
            "rule": pl.String,
            "rule_confidence": pl.Float64,
            "also_matched": pl.List(pl.String),
            "rule_reason": pl.String,
            "input_fields": pl.List(pl.String),
        },
        orient="row",
    )
    return facts.join(
        numbered, on=_FACTS, how="left", nulls_equal=True, maintain_order="left"
    ).join(table, on="combination", how="left", maintain_order="left")


def _facts(row: dict[str, object]) -> Facts:
    typed = {
        "inbound": Inbound(str(row["inbound"])),
        "utilisation": Utilisation(str(row["utilisation"])),
        "missing": tuple(row["missing"] or ()),  # type: ignore[arg-type]
    }
    return Facts(**{**row, **typed})  # type: ignore[arg-type]


def _with_inputs(
    advised: pl.DataFrame, thresholds: Thresholds, version: DataVersion
) -> pl.DataFrame:
    """Return the advice with inputs: what its rule looked at, as a JSON object."""
    questions = advised.select("rule", "input_fields", "combination").unique(
        maintain_order=True
    )
    parts = [
        piece.select("record", inputs=_inputs(rule, names, thresholds, version))
        for (rule, names), asked in _by_question(questions).items()
        for piece in advised.filter(pl.col("combination").is_in(asked))
        .select("record", *names, named_data=_named_data(version))
        .iter_slices(_ENCODED_ROWS)
    ]
    if not parts:
        return advised.select(*_KEPT, inputs=pl.lit(None, dtype=pl.String))
    return advised.select(_KEPT).join(
        pl.concat(parts), on="record", how="left", maintain_order="left"
    )


def _named_data(version: DataVersion) -> pl.Expr:
    return pl.coalesce("system_data", pl.lit(str(version)))


def _by_question(
    questions: pl.DataFrame,
) -> dict[tuple[str, tuple[str, ...]], list[int]]:
    """Return the combinations that were answered by one rule from the same fields."""
    asked: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for rule, names, combination in questions.iter_rows():
        asked.setdefault((rule, tuple(names)), []).append(combination)
    return asked


def _inputs(
    rule: str, names: tuple[str, ...], thresholds: Thresholds, version: DataVersion
) -> pl.Expr:
    if not names:
        return pl.lit("{}")
    lines = _lines(rule, thresholds)
    entries = [
        pl.struct(
            value=pl.col(name),
            threshold=pl.lit(lines.get(name)),
            source=_source(name, version),
        ).alias(name)
        for name in names
    ]
    return pl.struct(entries).struct.json_encode()


def _source(name: str, version: DataVersion) -> pl.Expr:
    """Return where the value of ``name`` comes from."""
    if name == "system_state":
        # Of several data sets, the one that tells of this very release.
        return pl.format("end-of-life data: {}", "named_data")
    if name in _BY_SUPPORT:
        return pl.lit(f"end-of-life data: {version}")
    return pl.lit(_SOURCES.get(name, "import"))


def _lines(rule: str, thresholds: Thresholds) -> dict[str, float | str]:
    """Return the thresholds that ``rule`` compares with, by field."""
    idle = f"{thresholds.zombie_percent:g}–{thresholds.idle_percent:g}"
    by_rule: dict[str, dict[str, float | str]] = {
        "R2": dict.fromkeys(
            ("cpu_util_avg_pct", "mem_util_avg_pct"), thresholds.zombie_percent
        ),
        "R3": {
            "cpu_util_avg_pct": idle,
            "mem_util_avg_pct": idle,
            "observed_days": thresholds.window_days,
        },
        "R4": {"edges_observed_days": thresholds.window_days},
        "F1": {"ended_components": thresholds.refactor_components},
    }
    return by_rule.get(rule, {})


def _overrides(names: pl.Series, overrides: Mapping[str, str]) -> pl.Series:
    """Return what was decided by name; a name that several share says nothing."""
    lowered = names.str.to_lowercase()
    own = pl.when(lowered.is_unique()).then(lowered)
    return (
        pl.select(own)
        .to_series()
        .replace_strict(overrides, default=None, return_dtype=pl.String)
    )


def _reason() -> pl.Expr:
    """Return the rule's reason; with an override, also whether the two agree."""
    decided = pl.format("A person decided “{}”", "override")
    differs = pl.format("; the rules now say “{}”: {}", "treatment", "rule_reason")
    agrees = pl.format("; the rules agree: {}", "rule_reason")
    after = pl.when(pl.col("override") == pl.col("treatment"))
    after = after.then(agrees).otherwise(differs)
    return (
        pl.when(pl.col("override").is_not_null())
        .then(pl.concat_str(decided, after))
        .otherwise("rule_reason")
    )
