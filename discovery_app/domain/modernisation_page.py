"""What the modernisation page shows and what its address says."""

from dataclasses import dataclass, fields, replace

from discovery_app.domain.display import Choice, Slice
from discovery_app.domain.list_query import ListQuery, is_id

SUPPORT, ADVICE, READINESS = "support", "advice", "readiness"
VIEWS = (SUPPORT, ADVICE, READINESS)


@dataclass(frozen=True)
class ModernisationQuery(ListQuery):
    """The words of the page's address.

    Attributes:
        view: ``support`` for products by the end of their support, ``advice``, or
            ``readiness`` for applications by what is not known of them.
        scope: ``all`` to list also what migration does not concern.
        asset: The asset in the drawer.
        application: The key of the application in the drawer.
        override: ``yes`` or ``no``: whether a person decided.
    """

    view: str = SUPPORT
    state: str = ""
    quarter: str = ""
    scope: str = ""
    treatment: str = ""
    override: str = ""
    asset: str = ""
    application: str = ""

    def cleaned(self) -> "ModernisationQuery":
        """Return this without what makes no sense."""
        found = super().cleaned()
        view = found.view if found.view in VIEWS else SUPPORT
        return replace(
            found,
            view=view,
            asset=found.asset * is_id(found.asset),
            application=found.application[:300] if view == READINESS else "",
        )

    @property
    def is_filtered(self) -> bool:
        """Return whether anything is kept back in the shown view."""
        if self.view == SUPPORT:
            return bool(self.q or self.state or self.quarter or self.scope)
        return bool(self.q or self.treatment or self.override)

    def unfiltered(self) -> "ModernisationQuery":
        """Return everything in the same view."""
        return ModernisationQuery(view=self.view)

    def list_key(self) -> tuple[str, ...]:
        """Return what the list depends on: all but the drawer."""
        return tuple(
            getattr(self, one.name)
            for one in fields(self)
            if one.name not in {"asset", "application"}
        )


@dataclass(frozen=True)
class SupportRow:
    """A product on an asset.

    Attributes:
        days: To the one date the state is about; negative after it.
        due: That date, in words.
        advice: What holds for the asset.
    """

    asset_id: str
    asset: str
    raw: str
    product: str
    state: str
    days: str
    due: str
    advice: str
    rule: str
    evidence: str


@dataclass(frozen=True)
class AdviceRow:
    """What to do with an asset."""

    asset_id: str
    asset: str
    advice: str
    rule: str
    decided: str
    reason: str
    inputs: str
    also: str
    effort: str = ""


@dataclass(frozen=True)
class ReadinessRow:
    """How ready an application is, and what would help most.

    Attributes:
        key: What the address calls the application; empty for assets that name none.
        percent: Of what has to be known, in words.
        gaps: What is missing, what costs most first.
        ask: Who should answer, in the same order.
    """

    key: str
    application: str
    assets: str
    percent: str
    level: str
    gaps: str
    ask: str


@dataclass(frozen=True)
class InputLine:
    """One thing the rule looked at: its value, and the threshold or source."""

    name: str
    value: str
    note: str


@dataclass(frozen=True)
class Explanation:
    """Why one asset is to be treated so; empty while the drawer is closed.

    Attributes:
        holds: What holds, as its stable word.
        rules: What the rules advise where a person decided otherwise.
        decided: Who decided, when and why.
    """

    asset_id: str = ""
    asset: str = ""
    holds: str = ""
    advice: str = ""
    reason: str = ""
    rule: str = ""
    rules: str = ""
    decided: str = ""
    also: str = ""
    effort: str = ""
    effort_reason: str = ""
    as_of: str = ""
    inputs: tuple[InputLine, ...] = ()
    products: tuple[SupportRow, ...] = ()


@dataclass(frozen=True)
class ModernisationCharts:
    """Both charts.

    Attributes:
        sentence: What the bars say, for a screen reader.
        total: Assets with advice.
    """

    facts: str = ""
    sentence: str = ""
    dated: bool = False
    total: str = ""
    slices: tuple[Slice, ...] = ()


@dataclass(frozen=True)
class ModernisationList:
    """One page of the shown view.

    Attributes:
        states: Support states with their counts.
        quarters: Quarters in which something falls due, with their counts.
    """

    products: tuple[SupportRow, ...] = ()
    advice: tuple[AdviceRow, ...] = ()
    readiness: tuple[ReadinessRow, ...] = ()
    states: tuple[Choice, ...] = ()
    quarters: tuple[Choice, ...] = ()
    treatments: tuple[Choice, ...] = ()
    shown: str = ""
    count: str = ""
    has_previous: bool = False
    has_next: bool = False
