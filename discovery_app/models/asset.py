"""The ``assets`` table."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import (
    Json,
    Moment,
    TenantTable,
    TextList,
    json_field,
    tenant_keys,
    text_field,
    time_field,
)


def _key_index(column: str) -> sa.Index:
    return sa.Index(
        f"ix_assets_{column}",
        "engagement_id",
        column,
        postgresql_where=sa.column(column).is_not(None),
    )


class Asset(TenantTable, table=True):
    """One thing of the client's estate: the inventory.

    The fields are those of ``knowledge.fields``, by the same names and units.

    Attributes:
        custom: Source columns that map to no field: header to text.
        in_scope: Whether migration concerns it; if not, ``scope_reason`` says why.
        search_text: What the text search looks in, lower case.
        key_external_id: With the other keys, how later imports find it again.
    """

    __table_args__ = (
        *tenant_keys(),
        sa.Index("ix_assets_name", "engagement_id", "asset_name", "id"),
        sa.Index(
            "ix_assets_first_session",
            "first_session_id",
            "asset_name",
            "id",
            postgresql_include=["engagement_id", "client_account_id"],
        ),
        sa.Index("ix_assets_type", "engagement_id", "asset_type"),
        _key_index("key_external_id"),
        _key_index("key_serial"),
        _key_index("key_uuid"),
        _key_index("key_fqdn"),
        _key_index("key_host_ip"),
    )

    asset_name: str = text_field()
    hostname: str | None = text_field(None)
    fqdn: str | None = text_field(None)
    external_id: str | None = text_field(None)
    serial_number: str | None = text_field(None)
    vm_uuid: str | None = text_field(None)
    vmware_moref: str | None = text_field(None)
    vcenter_id: str | None = text_field(None)
    ip_address: list[str] | None = Field(default=None, sa_type=TextList)
    mac_address: list[str] | None = Field(default=None, sa_type=TextList)
    asset_type: str | None = text_field(None)
    is_virtual: bool | None = None
    hypervisor: str | None = text_field(None)
    power_state: str | None = text_field(None)
    is_template: bool | None = None
    environment: str | None = text_field(None)
    operational_status: str | None = text_field(None)
    operating_system: str | None = text_field(None)
    os_version: str | None = text_field(None)
    os_architecture: str | None = text_field(None)
    cpu_cores: int | None = Field(default=None, sa_type=sa.BigInteger)
    cpu_sockets: int | None = Field(default=None, sa_type=sa.BigInteger)
    cores_per_socket: int | None = Field(default=None, sa_type=sa.BigInteger)
    memory_mb: int | None = Field(default=None, sa_type=sa.BigInteger)
    storage_provisioned_gb: float | None = None
    storage_used_gb: float | None = None
    disk_count: int | None = Field(default=None, sa_type=sa.BigInteger)
    nic_count: int | None = Field(default=None, sa_type=sa.BigInteger)
    cpu_util_avg_pct: float | None = None
    cpu_util_peak_pct: float | None = None
    mem_util_avg_pct: float | None = None
    mem_util_peak_pct: float | None = None
    disk_read_iops: float | None = None
    disk_write_iops: float | None = None
    disk_read_mbps: float | None = None
    disk_write_mbps: float | None = None
    net_in_mbps: float | None = None
    net_out_mbps: float | None = None
    boot_type: str | None = text_field(None)
    application_name: str | None = text_field(None)
    server_role: str | None = text_field(None)
    database_engine: str | None = text_field(None)
    database_version: str | None = text_field(None)
    database_size_gb: float | None = None
    business_owner: str | None = text_field(None)
    technical_owner: str | None = text_field(None)
    business_unit: str | None = text_field(None)
    business_criticality: str | None = text_field(None)
    data_classification: str | None = text_field(None)
    location: str | None = text_field(None)
    cluster: str | None = text_field(None)
    hypervisor_host: str | None = text_field(None)
    manufacturer: str | None = text_field(None)
    model: str | None = text_field(None)
    rto_hours: float | None = None
    rpo_minutes: float | None = None
    support_status: str | None = text_field(None)
    installed_date: date | None = None
    last_seen: Moment = time_field()
    first_seen: Moment = time_field()
    monthly_cost: float | None = None
    six_r_source: str | None = text_field(None)
    wave: str | None = text_field(None)
    depends_on: list[str] | None = Field(default=None, sa_type=TextList)
    dependency_direction: str | None = text_field(None)
    tags: dict[str, Any] | None = Field(default=None, sa_type=Json)
    description: str | None = text_field(None)

    custom: dict[str, Any] = json_field()
    in_scope: bool = True
    scope_reason: str | None = text_field(None)
    type_rule: str = Field(default="", max_length=60)
    type_reason: str = text_field()
    type_confidence: float = 0.0
    key_external_id: str | None = text_field(None)
    key_serial: str | None = text_field(None)
    key_uuid: str | None = text_field(None)
    key_fqdn: str | None = text_field(None)
    key_host_ip: str | None = text_field(None)
    search_text: str = text_field()
    first_session_id: UUID
    last_session_id: UUID
    created_at: Moment = time_field(now=True)
    updated_at: Moment = time_field(now=True)
