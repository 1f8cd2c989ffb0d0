"""Classifies records by the signs of ``knowledge.classes``, first sign first.

Signs are looked up once for each different combination of the fields they read;
names and serial numbers, which differ in every row, become a flag first.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from discovery_app.knowledge.classes import (
    DESKTOP_OS,
    HYPERVISOR_OS,
    LOAD_BALANCER,
    NAME_SIGNS,
    NETWORK,
    SERVER_OS,
    SIGNS,
    UNKNOWN_CONFIDENCE,
    VIRTUAL_MODEL,
    ClassRule,
    ScopeReason,
)
from discovery_app.knowledge.ports import SERVICE_PORTS

_FACTS: Final = (
    "asset_type",
    "is_virtual",
    "hypervisor",
    "operating_system",
    "model",
    "manufacturer",
    "server_role",
    "database_engine",
    "operational_status",
)
_FLAGS: Final = (
    "virtual_ids",
    "is_application",
    "is_bare",
    "hosts",
    "service",
    "name_sign",
)
_DESKTOP: Final = "endpoint"
_SERVERS: Final = ("server", "virtual_machine")


def classify(records: pl.DataFrame, connections: pl.DataFrame) -> pl.DataFrame:
    """Return one row a record, in order.

    Columns: record, asset_type, rule, reason, confidence, in_scope, scope_reason,
    and, for the caller's issues, given_type and contradicts.
    """
    flagged = _with_flags(records, connections)
    keys = [*_FACTS, *_FLAGS]
    combinations = flagged.select(keys).unique(maintain_order=True)
    decided = _decide(combinations.with_row_index("combination"))
    joined = flagged.join(
        combinations.with_row_index("combination"),
        on=keys,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).select("record", "combination", "asset_name")
    classes = joined.join(decided, on="combination", how="left", maintain_order="left")
    return classes.select(
        "record",
        "asset_type",
        "rule",
        reason=pl.col("reason").str.replace(
            "\u0000", pl.col("asset_name").fill_null(""), literal=True
        ),
        confidence="confidence",
        in_scope=pl.col("scope_reason").is_null(),
        scope_reason="scope_reason",
        given_type="given_type",
        contradicts="contradicts",
    )


def _with_flags(records: pl.DataFrame, connections: pl.DataFrame) -> pl.DataFrame:
    name = pl.col("asset_name").str.to_lowercase()
    short = name.str.split(".").list.first()
    host_names = records["hypervisor_host"].drop_nulls().str.to_lowercase().unique()
    own_names = (name, pl.col("fqdn").str.to_lowercase(), pl.col("hostname"))
    hosts = pl.any_horizontal(own.is_in(host_names.implode()) for own in own_names)
    bare = pl.all_horizontal(
        pl.col(field).is_null()
        for field in ("operating_system", "hostname", "fqdn", "vm_uuid", "cpu_cores")
    ) & (pl.col("ip_address").list.len().fill_null(0) == 0)
    flagged = records.select(
        "record",
        "asset_name",
        *_FACTS,
        virtual_ids=pl.col("vmware_moref").is_not_null()
        | pl.col("vcenter_id").is_not_null()
        | pl.col("serial_number")
        .str.to_lowercase()
        .str.starts_with("vmware-")
        .fill_null(False),
        is_bare=bare,
        is_application=bare
        & (pl.col("application_name").str.to_lowercase() == name).fill_null(False),
        hosts=hosts.fill_null(False) & ~pl.col("is_virtual").fill_null(False),
        name_sign=_first_sign(NAME_SIGNS, {"asset_name": short}),
        key=name,
    )
    services = _services(connections)
    return flagged.join(services, on="key", how="left", maintain_order="left").drop(
        "key"
    )


def _services(connections: pl.DataFrame) -> pl.DataFrame:
    """Return the best-known service that each destination name answers as."""
    known = list(SERVICE_PORTS)
    return (
        connections.filter(pl.col("dest_port").is_in(known))
        .select(
            key=pl.col("dest_name").str.to_lowercase(),
            service=pl.col("dest_port").replace_strict(
                SERVICE_PORTS, return_dtype=pl.String
            ),
        )
        .drop_nulls()
        .group_by("key")
        .agg(pl.col("service").min())
    )


def _first_sign(signs: tuple[ClassRule, ...], fields: Mapping[str, pl.Expr]) -> pl.Expr:
    """Return the number of the first sign that fits, or null."""
    return pl.coalesce(
        pl.when(fields[sign.field].str.contains(sign.pattern)).then(
            pl.lit(number, dtype=pl.UInt8)
        )
        for number, sign in enumerate(signs)
    )


def _decide(combinations: pl.DataFrame) -> pl.DataFrame:
    fields = {
        field: pl.col(field).str.to_lowercase()
        for field in ("operating_system", "model", "server_role")
    }
    signed = combinations.with_columns(sign=_first_sign(SIGNS, fields))
    found = _choices()
    given = pl.col("asset_type")
    is_given = given.is_not_null() & (given != "other")
    contradiction = _contradiction()
    decided = signed.with_columns(
        found=pl.coalesce(pl.when(mask).then(value) for mask, value in found),
        contradiction=pl.when(is_given).then(contradiction),
        stated=pl.when(is_given).then(
            _verdict(
                given,
                pl.lit("source_type"),
                pl.format("The source says that it is: {}.", given),
                0.97,
            )
        ),
    ).with_columns(
        contradicts=pl.col("contradiction").is_not_null(),
        verdict=pl.coalesce("contradiction", "stated", "found"),
    )
    return decided.select(
        "combination",
        pl.col("verdict").struct.unnest(),
        given_type=given,
        contradicts="contradicts",
        scope_reason=_scope(pl.col("verdict").struct.field("asset_type")),
    )


def _verdict(
    asset_type: pl.Expr, rule: pl.Expr, reason: pl.Expr, confidence: pl.Expr | float
) -> pl.Expr:
    amount = pl.lit(confidence) if isinstance(confidence, float) else confidence
    return pl.struct(asset_type=asset_type, rule=rule, reason=reason, confidence=amount)


def _fixed(asset_type: str, rule: str, reason: str, confidence: float) -> pl.Expr:
    return _verdict(pl.lit(asset_type), pl.lit(rule), pl.lit(reason), confidence)


def _choices() -> list[tuple[pl.Expr, pl.Expr]]:
    """Return each way to tell a class with its verdict, strongest first."""
    virtual = "virtual_machine"
    text = pl.format("{} {}", pl.col("manufacturer").fill_null(""), pl.col("model"))
    service = pl.format("It answers as {}.", "service")
    return [
        (
            pl.col("is_virtual").fill_null(False),
            _fixed(virtual, "is_virtual", "The source says that it is virtual.", 0.95),
        ),
        (
            pl.col("virtual_ids"),
            _fixed(virtual, "virtual_ids", "It has a virtual machine's ids.", 0.95),
        ),
        (
            text.str.to_lowercase().str.contains(VIRTUAL_MODEL),
            _verdict(
                pl.lit(virtual),
                pl.lit("virtual_model"),
                pl.format("The model “{}” is a virtual machine.", "model"),
                0.92,
            ),
        ),
        (
            pl.col("hypervisor").is_not_null()
            & ~pl.col("hosts")
            & pl.col("is_virtual").fill_null(True),
            _fixed(virtual, "has_hypervisor", "A hypervisor is named for it.", 0.85),
        ),
        (
            pl.col("is_application"),
            _fixed(
                "application", "application_row", "The row names an application.", 0.9
            ),
        ),
        *(
            (pl.col("sign") == number, _of_sign(one))
            for number, one in enumerate(SIGNS)
        ),
        (
            pl.col("hosts"),
            _fixed("server", "hosts_machines", "Virtual machines run on it.", 0.9),
        ),
        (
            pl.col("database_engine").is_not_null() & pl.col("is_bare"),
            _fixed("database", "database_row", "It has a database engine only.", 0.85),
        ),
        (
            pl.col("service").is_not_null(),
            _verdict(pl.lit("server"), pl.lit("listens_on_port"), service, 0.65),
        ),
        *(
            (
                pl.col("name_sign") == number,
                _fixed(
                    one.asset_type,
                    one.rule,
                    one.reason.format("\u0000"),
                    one.confidence,
                ),
            )
            for number, one in enumerate(NAME_SIGNS)
        ),
        (
            pl.lit(True),
            _fixed("other", "no_sign", "Nothing tells its kind.", UNKNOWN_CONFIDENCE),
        ),
    ]


def _of_sign(sign: ClassRule) -> pl.Expr:
    return _verdict(
        pl.lit(sign.asset_type),
        pl.lit(sign.rule),
        pl.format(sign.reason, pl.col(sign.field)),
        sign.confidence,
    )


def _contradiction() -> pl.Expr:
    """Return the verdict where the system and the given type exclude each other."""
    given = pl.col("asset_type")
    system = pl.col("operating_system").str.to_lowercase()
    is_virtual = pl.col("is_virtual").fill_null(False) | pl.col("virtual_ids")
    is_desktop = system.str.contains(DESKTOP_OS) & ~system.str.contains("server")
    said = pl.format("its operating system is “{}”.", "operating_system")
    cases = (
        (given.is_in(_SERVERS) & system.str.contains(NETWORK), "network"),
        (given.is_in(_SERVERS) & system.str.contains(LOAD_BALANCER), "load_balancer"),
        ((given == "server") & is_desktop & ~is_virtual, _DESKTOP),
        (
            (given == _DESKTOP)
            & system.str.contains(SERVER_OS)
            & ~is_desktop
            & is_virtual,
            "virtual_machine",
        ),
        ((given == _DESKTOP) & system.str.contains(SERVER_OS) & ~is_desktop, "server"),
    )
    return pl.coalesce(
        pl.when(mask).then(
            _verdict(pl.lit(kind), pl.lit("contradictory_type"), said, 0.75)
        )
        for mask, kind in cases
    )


def _scope(asset_type: pl.Expr) -> pl.Expr:
    """Return why a combination is out of scope (FIELD.md, rule X1), or null."""
    system = pl.col("operating_system").str.to_lowercase()
    is_host = system.str.contains(HYPERVISOR_OS).fill_null(False) | pl.col("hosts")
    cases = (
        (pl.col("operational_status") == "retired", ScopeReason.RETIRED),
        (is_host, ScopeReason.HYPERVISOR_HOST),
        (asset_type == _DESKTOP, ScopeReason.WORKSTATION),
        (asset_type == "network", ScopeReason.NETWORK_GEAR),
    )
    return pl.coalesce(pl.when(mask).then(pl.lit(str(why))) for mask, why in cases)
