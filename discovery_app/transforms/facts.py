"""Gathers what the treatment rules need to know of every asset.

Each column is named as the field of ``knowledge.treatments.Facts`` that it becomes;
the others are recorded with the decisions as evidence.
"""

import re
from typing import Final

import polars as pl

from discovery_app.knowledge.ports import REBUILT_SERVICES
from discovery_app.knowledge.treatment_catalogue import (
    KEPT_PLATFORM,
    MANAGED_DATABASES,
    REBUILT_ROLES,
    SAAS_SUCCESSORS,
)
from discovery_app.knowledge.treatments import Thresholds, Utilisation
from discovery_app.transforms.distinct import by_distinct
from discovery_app.transforms.tags import change_tolerated, hold_of

SIZING: Final = ("cpu_cores", "memory_mb", "storage_provisioned_gb")
"""What has to be known of a server before it can be moved as it is (rule H1)."""

_RESTING: Final = ("off", "suspended")
"""Power states in which 0 % says nothing of how much a machine is needed."""

_X86_PRODUCTS: Final = (
    r"^(?:windows|windows-server|ubuntu|centos|centos-stream|debian|fedora|almalinux"
    r"|rocky-linux|oracle-linux|rhel|sles|opensuse|vmware-photon|amazon-linux)$"
)
"""Systems that run on x86 where nothing else is said; only an assumption, and noted."""


def gather(
    records: pl.DataFrame,
    classes: pl.DataFrame,
    edges: pl.DataFrame,
    found: pl.DataFrame,
    systems: pl.DataFrame,
    thresholds: Thresholds,
) -> pl.DataFrame:
    """Return one row of facts a record, in order.

    Args:
        found: All findings (``transforms.support.findings``).
        systems: The findings of the operating systems alone.
    """
    facts = _own(records, classes, systems)
    facts = _utilisation(facts, thresholds)
    facts = _edge_facts(facts, edges)
    facts = _components(facts, found)
    facts = _clusters(facts)
    needs_kept = _needing_kept(facts, edges)
    return facts.with_columns(
        needs_kept=pl.col("record").is_in(needs_kept.implode()),
        has_many_ended=pl.col("ended_components") >= thresholds.refactor_components,
        observed_long=pl.col("observed_days") >= thresholds.window_days,
        edges_observed_long=pl.col("edges_observed_days") >= thresholds.window_days,
    )


def _own(
    records: pl.DataFrame, classes: pl.DataFrame, systems: pl.DataFrame
) -> pl.DataFrame:
    """Return what the record itself, its class and its system's support say."""
    joined = records.drop("asset_type", "wave", strict=False)
    joined = joined.join(
        classes.select("record", "asset_type", "scope_reason"),
        on="record",
        how="left",
        maintain_order="left",
    ).join(
        systems.select(
            "record",
            system_state="state",
            system_product="product",
            system_confidence="confidence",
            system_data="data_version",
        ),
        on="record",
        how="left",
        maintain_order="left",
    )
    system = pl.col("operating_system").str.to_lowercase()
    named = pl.when(pl.col("os_architecture").is_not_null()).then(
        pl.col("os_architecture").is_in(["x86", "x64"])
    )
    assumed = pl.when(pl.col("system_product").str.contains(_X86_PRODUCTS)).then(True)
    return joined.with_columns(
        by_distinct(joined["tags"], hold_of, pl.String()).alias("hold"),
        by_distinct(joined["tags"], change_tolerated, pl.Boolean()).alias(
            "change_tolerated"
        ),
        by_distinct(joined["application_name"], _successor, pl.String()).alias(
            "successor"
        ),
        by_distinct(joined["database_engine"], _managed, pl.String()).alias(
            "managed_target"
        ),
        is_kept_platform=system.str.contains(KEPT_PLATFORM).fill_null(False)
        | (pl.col("asset_type") == "appliance").fill_null(False),
        is_off=pl.col("power_state") == "off",
        is_critical=pl.col("business_criticality") == "critical",
        is_x86=pl.coalesce(named, assumed),
        storage_provisioned_gb=pl.coalesce("storage_provisioned_gb", "storage_used_gb"),
        observed_days=(pl.col("last_seen") - pl.col("first_seen")).dt.total_days(),
    ).with_columns(
        missing=pl.concat_list(
            pl.when(pl.col(field).is_null()).then(pl.lit(field)) for field in SIZING
        ).list.drop_nulls()
    )


def _utilisation(facts: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """Add utilisation; a machine that does not run has no measurement."""
    averages = pl.col("cpu_util_avg_pct", "mem_util_avg_pct")
    rests = facts["power_state"].is_in(_RESTING).fill_null(False)
    measured = facts.select("record", averages).filter(
        pl.all_horizontal(averages.is_not_null()) & ~rests
    )
    words = [thresholds.utilisation(cpu, used) for _, cpu, used in measured.rows()]
    found = measured.select("record").with_columns(
        pl.Series("utilisation", words, dtype=pl.String)
    )
    return facts.join(
        found, on="record", how="left", maintain_order="left"
    ).with_columns(pl.col("utilisation").fill_null(str(Utilisation.UNKNOWN)))


def _edge_facts(facts: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Add what was seen on the wire; all of it is unknown where nothing was watched."""
    real = edges.filter(~pl.col("noise"))
    critical = facts.filter(pl.col("is_critical").fill_null(False))["record"]
    inbound = (
        real.filter(pl.col("destination_record").is_not_null())
        .group_by(record="destination_record")
        .agg(
            inbound_edges=pl.len().cast(pl.Int64),
            critical_dependants=pl.col("source_record")
            .is_in(critical.implode())
            .sum()
            .cast(pl.Int64),
        )
    )
    services = (
        edges.filter(pl.col("port").is_in(list(REBUILT_SERVICES)))
        .group_by(record="destination_record")
        .agg(service_port=pl.col("port").max())
    )
    watched = pl.concat([real["source_record"], real["destination_record"]]).unique()
    days = real.select(
        (pl.col("last_observed").max() - pl.col("first_observed").min()).dt.total_days()
    ).item()
    joined = facts.join(inbound, on="record", how="left", maintain_order="left").join(
        services, on="record", how="left", maintain_order="left"
    )
    was_watched = (len(real) > 0) & ~pl.col("record").is_in(
        _perhaps_called(facts, real).implode()
    )
    service = pl.col("service_port").replace_strict(
        REBUILT_SERVICES, default=None, return_dtype=pl.String
    )
    role = pl.col("server_role").replace_strict(
        REBUILT_ROLES, default=None, return_dtype=pl.String
    )
    balancer = pl.when(pl.col("asset_type") == "load_balancer").then(
        pl.lit("load balancer")
    )
    return joined.with_columns(
        inbound_edges=pl.coalesce("inbound_edges", pl.when(was_watched).then(0)),
        critical_dependants=pl.col("critical_dependants").fill_null(0),
        edges_observed_days=pl.when(pl.col("record").is_in(watched.implode())).then(
            pl.lit(days, dtype=pl.Int64)
        ),
        rebuilt_service=pl.coalesce(role, balancer, service),
    ).with_columns(
        inbound=pl.when(pl.col("inbound_edges").is_null())
        .then(pl.lit("unknown"))
        .when(pl.col("inbound_edges") == 0)
        .then(pl.lit("none"))
        .otherwise(pl.lit("some")),
        has_critical_dependant=pl.col("critical_dependants") > 0,
    )


def _perhaps_called(facts: pl.DataFrame, real: pl.DataFrame) -> pl.Series:
    """Return the records that share a called name or address with others.

    The call is nobody's, so it cannot be said that nobody calls them.
    """
    unclear = real.filter(pl.col("destination_record").is_null())["destination"]
    texts = [
        facts.select("record", text=pl.col(name).str.to_lowercase())
        for name in ("asset_name", "hostname", "fqdn")
    ]
    addresses = facts.select("record", text="ip_address").explode("text")
    texts.append(addresses.with_columns(pl.col("text").str.to_lowercase()))
    called = unclear.str.to_lowercase().unique()
    return pl.concat(texts).filter(pl.col("text").is_in(called.implode()))["record"]


def _components(facts: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Add how many products past all their support the asset's application has."""
    ended = found.filter(pl.col("state") == "eol")
    owner = facts.select(
        "record",
        group=pl.coalesce(
            pl.col("application_name").str.to_lowercase(),
            pl.format("record {}", "record"),
        ),
    )
    counted = (
        ended.select("record")
        .join(owner, on="record")
        .group_by("group")
        .agg(ended_components=pl.len().cast(pl.Int64))
    )
    joined = owner.join(counted, on="group", how="left", maintain_order="left")
    return facts.with_columns(joined["ended_components"].fill_null(0))


def _clusters(facts: pl.DataFrame) -> pl.DataFrame:
    """Add whether relocation was chosen and the whole VMware cluster is supported."""
    is_supported = (
        pl.col("system_state").is_in(["supported", "eol_within_12_months"])
    ).fill_null(False)
    is_vmware = (
        pl.col("hypervisor")
        .str.to_lowercase()
        .str.contains("vmware|esx")
        .fill_null(False)
        | pl.col("vmware_moref").is_not_null()
        | pl.col("vcenter_id").is_not_null()
    )
    whole = facts.group_by("cluster").agg(whole=is_supported.all() & is_vmware.all())
    joined = facts.join(whole, on="cluster", how="left", maintain_order="left")
    chosen = (pl.col("six_r_source") == "relocate").fill_null(False)
    return joined.with_columns(
        cluster_ready=chosen & pl.col("whole").fill_null(False)
    ).drop("whole")


def _needing_kept(facts: pl.DataFrame, edges: pl.DataFrame) -> pl.Series:
    """Return the records that need one which rule K1 or K2 retains."""
    kept = facts.filter(
        (pl.col("is_kept_platform") | pl.col("hold").is_not_null())
        & pl.col("scope_reason").is_null()
    )["record"]
    return edges.filter(
        ~pl.col("noise")
        & ~pl.col("shared_service")
        & pl.col("destination_record").is_in(kept.implode())
    )["source_record"].drop_nulls()


def _successor(application: str) -> str | None:
    return _looked_up(application, SAAS_SUCCESSORS)


def _managed(engine: str) -> str | None:
    return _looked_up(engine, MANAGED_DATABASES)


def _looked_up(text: str, table: tuple[tuple[str, str], ...]) -> str | None:
    lower = text.casefold()
    return next((target for form, target in table if re.search(form, lower)), None)
