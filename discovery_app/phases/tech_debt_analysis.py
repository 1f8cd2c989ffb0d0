"""Judge the support of what runs on the assets, and advise a treatment for each."""

from typing import Final

import polars as pl

from discovery_app.domain.discovery_flow_state import DiscoveryFlowState, TechDebt
from discovery_app.knowledge.releases import DATA_DATE
from discovery_app.phases.base import PhaseContext, PhaseResult
from discovery_app.transforms.decisions import DECISION_SCHEMA, decide
from discovery_app.transforms.facts import gather
from discovery_app.transforms.support import FINDING_SCHEMA, findings

TITLE: Final = "Tech-debt analysis"
WEIGHT: Final = 15.0
ITEM_KIND: Final = "assets"


def run(context: PhaseContext) -> PhaseResult:
    """Judge every record.

    Reads:
        data_cleansing.records, asset_classification.classes,
        dependency_analysis.edges (frames); the as-of date, the overrides,
        the thresholds and the end-of-life data as recorded for this run.

    Leaves:
        findings (frame): One row an asset and product, supported ones included.
        decisions (frame): One row an asset: the rules' treatment with what it stood
            on, and what a person decided instead.
        tech_debt_analysis (TechDebt): Counts by state, and by the treatment that
            holds, a person's before the rules'.

    Raises:
        MissingInputError: An earlier phase left no such frame.
    """
    records = context.frame("data_cleansing", "records")
    classes = context.frame("asset_classification", "classes")
    edges = context.frame("dependency_analysis", "edges")
    recorded = context.recorded
    as_of, data, lines = recorded.as_of, recorded.end_of_life, recorded.thresholds
    context.report(0.1, f"Judging the support of {len(records):,} assets")
    found, systems = findings(records, as_of, data)
    context.report(0.4, "Advising treatments")
    facts = gather(records, classes, edges, found, systems, lines)
    decisions = decide(facts, recorded.overrides, lines, data.version)
    output = TechDebt(
        as_of=as_of,
        data_date=data.version.day,
        by_state=_counts(found["state"]),
        by_treatment=_counts(
            decisions.select(pl.coalesce("override", "treatment"))
            .to_series()
            .alias("treatment")
        ),
    )
    ended = found.filter(pl.col("state") == "eol")["record"].n_unique()
    kept = decisions["override"].count()
    return PhaseResult(
        summary=(
            f"{len(found):,} products judged, {ended:,} assets past their support; "
            f"{len(decisions):,} treatments advised, {kept:,} decided by people"
        ),
        output=output,
        items_in=len(records),
        items_out=len(decisions),
        frames={"findings": found, "decisions": decisions},
    )


def accepted(state: DiscoveryFlowState) -> PhaseResult:
    """Return what a failed run leaves that a person accepts: nothing is judged.

    The import's assets are published without findings, in the place of what earlier
    imports found of them; treatments that were advised or decided before stay.
    """
    return PhaseResult(
        summary="Accepted as failed: no support judged, no treatment advised",
        output=TechDebt(
            as_of=state.as_of, data_date=DATA_DATE, by_state={}, by_treatment={}
        ),
        items_in=0,
        items_out=0,
        frames={
            "findings": pl.DataFrame(schema=FINDING_SCHEMA),
            "decisions": pl.DataFrame(schema=DECISION_SCHEMA),
        },
    )


def _counts(words: pl.Series) -> dict[str, int]:
    counted = words.value_counts().sort(["count", words.name], descending=[True, False])
    return dict(counted.rows())
