"""Exports in the form that migration tools import, checked against their limits."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.knowledge.tool_formats import (
    DISK_COLUMNS,
    DISK_FILE,
    TOOL_FORMATS,
    ExportTool,
    ToolFormat,
)
from discovery_app.services.audit import AuditService
from discovery_app.services.export_formats import flat
from discovery_app.services.matching import NAMED_BY
from discovery_app.services.tables import ASSETS, DEPENDENCIES
from discovery_app.services.tool_cells import Asset, cell

_MACHINES: Final = ("server", "virtual_machine", "database")
"""Classes that the tools for servers take."""
_ROWS_A_FETCH: Final = 2_000

Edge = tuple[str, str]
"""The names of an application and of what it needs."""


@dataclass(frozen=True)
class ToolExport:
    """A file for a tool.

    Attributes:
        warnings: What the tool will not take or does not learn, a sentence each.
    """

    file_name: str
    media_type: str
    content: bytes
    warnings: tuple[str, ...]


class ToolExportService:
    """Writes files for tools. Each is audited.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def export(self, scope: Scope, tool: ExportTool | str) -> ToolExport:
        """Return the assets in scope for migration as a file for ``tool``.

        Raises:
            NotPermittedError: The role may not export.
            InvalidInputError: There is no such tool.
        """
        scope.require(Permission.EXPORT)
        if tool not in list(ExportTool):
            raise InvalidInputError(
                f"There is no export for {tool}; choose one of {', '.join(ExportTool)}."
            )
        form = TOOL_FORMATS[ExportTool(tool)]
        AuditService(self._session).record(
            scope, "exported", form.tool.value, details={"format": "csv"}
        )
        if form.tool is ExportTool.KONVEYOR:
            return tool_export(form.tool, self._applications(scope), self._edges(scope))
        return tool_export(form.tool, self._machines(scope))

    def _machines(self, scope: Scope) -> Iterator[Asset]:
        return self._assets(scope, ASSETS.c.asset_type.in_(_MACHINES))

    def _applications(self, scope: Scope) -> Iterator[Asset]:
        return self._assets(scope, ASSETS.c.asset_type == "application")

    def _assets(self, scope: Scope, which: sa.ColumnElement[bool]) -> Iterator[Asset]:
        fields = [ASSETS.c[name] for name in ASSET_FIELDS if name != "external_id"]
        rows = (
            sa.select(_own_id(), *fields)
            .where(
                ASSETS.c.engagement_id == scope.engagement_id,
                ASSETS.c.in_scope.is_(True),
                which,
            )
            .order_by(ASSETS.c.asset_name, ASSETS.c.id)
        )
        found = self._session.execute(
            rows, execution_options={"yield_per": _ROWS_A_FETCH}
        )
        return (dict(row) for row in found.mappings())

    def _edges(self, scope: Scope) -> list[Edge]:
        edge = DEPENDENCIES.c
        rows = (
            sa.select(edge.source, edge.destination)
            .where(edge.engagement_id == scope.engagement_id, edge.noise.is_(False))
            .distinct()
            .order_by(edge.source, edge.destination)
        )
        return [(source, needed) for source, needed in self._session.execute(rows)]


def _own_id() -> sa.ColumnElement[str]:
    """Return the id a tool gets: the source's, or ours where that tells none apart.

    Tools join their tables by it, and matching knows ours when the file comes back.
    """
    asset = ASSETS.c
    namesakes = sa.func.count().over(partition_by=asset.external_id)
    return sa.case(
        (sa.and_(asset.external_id != "", namesakes == 1), asset.external_id),
        else_=sa.cast(asset.id, sa.Text()),
    ).label("external_id")


def tool_export(
    tool: ExportTool, assets: Iterable[Asset], edges: Sequence[Edge] = ()
) -> ToolExport:
    """Return ``assets`` as the file that ``tool`` imports.

    Args:
        assets: By field name.
        edges: Between applications; only Konveyor takes them.
    """
    form = TOOL_FORMATS[tool]
    listed = list(assets)
    if tool is ExportTool.KONVEYOR:
        rows = [
            *_application_rows(form, listed),
            *_dependency_rows(form, listed, edges),
        ]
    else:
        rows = [[cell(asset, column) for column in form.columns] for asset in listed]
    content = _csv([column.header for column in form.columns], rows)
    warnings = _warnings(form, listed, len(content))
    if tool is not ExportTool.GOOGLE:
        return ToolExport(form.file, "text/csv; charset=utf-8", content, warnings)
    disks = _csv(DISK_COLUMNS, _disk_rows(listed))
    packed = _zip({form.file: content, DISK_FILE: disks})
    return ToolExport(f"{tool.value}.zip", "application/zip", packed, warnings)


def _csv(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows(rows)
    return buffer.getvalue().encode()


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return buffer.getvalue()


def _application_rows(form: ToolFormat, assets: Sequence[Asset]) -> Iterator[list[Any]]:
    for asset in assets:
        yield ["1", *(cell(asset, column) for column in form.columns[1:])]


def _dependency_rows(
    form: ToolFormat, assets: Sequence[Asset], edges: Sequence[Edge]
) -> Iterator[list[Any]]:
    """Yield Konveyor's record type 2; ``southbound`` is what the application needs."""
    names = {asset.get("application_name") for asset in assets}
    place = {column.header: at for at, column in enumerate(form.columns)}
    for source, needed in edges:
        if source not in names or needed not in names:
            continue
        row: list[Any] = [""] * len(form.columns)
        row[place["Record Type"]] = "2"
        row[place["Application Name"]] = flat(source)
        row[place["Dependency"]] = flat(needed)
        row[place["Dependency Direction"]] = "southbound"
        yield row


def _disk_rows(assets: Sequence[Asset]) -> Iterator[list[Any]]:
    """Yield a row a disk. Only totals are known, so the first disk carries them."""
    for asset in assets:
        for number in range(1, (asset.get("disk_count") or 0) + 1):
            first = number == 1
            used, size = (
                asset.get("storage_used_gb"),
                asset.get("storage_provisioned_gb"),
            )
            yield [
                flat(asset.get("external_id") or ""),
                f"Disk {number}",
                size if first and size is not None else "",
                used if first and used is not None else "",
            ]


def _warnings(
    form: ToolFormat, assets: Sequence[Asset], file_bytes: int
) -> tuple[str, ...]:
    return tuple(
        f"{form.title}: {sentence}"
        for sentence in (
            *_over_limits(form, assets, file_bytes),
            *_not_told(form, assets),
        )
    )


def _over_limits(
    form: ToolFormat, assets: Sequence[Asset], file_bytes: int
) -> Iterator[str]:
    limits = form.limits
    if limits.records and len(assets) > limits.records:
        yield (
            f"it takes {limits.records:,} servers and the file has {len(assets):,}; "
            "export a smaller engagement or split the file."
        )
    if limits.file_bytes and file_bytes > limits.file_bytes:
        yield (
            f"it takes files of {limits.file_bytes // 1_000_000} MB and this one has "
            f"{file_bytes / 1_000_000:.1f} MB; split the file."
        )
    if limits.servers_an_application:
        yield from _large_applications(assets, limits.servers_an_application)
    if limits.disks:
        many = sum((asset.get("disk_count") or 0) > limits.disks for asset in assets)
        if many:
            yield f"it takes {limits.disks} disks a server and {many:,} have more."


def _large_applications(assets: Sequence[Asset], most: int) -> Iterator[str]:
    sizes = Counter(asset.get("application_name") for asset in assets)
    sizes.pop(None, None)
    for name, size in sizes.most_common():
        if size <= most:
            return
        yield f"it takes {most} servers an application and “{name}” has {size:,}."


def _not_told(form: ToolFormat, assets: Sequence[Asset]) -> Iterator[str]:
    """Say what the tool needs and the inventory does not know."""
    needed = {"external_id"} if form.tool is ExportTool.GOOGLE else set()
    for column in form.columns:
        if column.header.startswith("*") or column.field in needed:
            absent = sum(not cell(asset, column) for asset in assets)
            if absent:
                yield f"{column.header} is blank in {absent:,} rows; it is required."
    yield from _namesakes(form, assets)
    if form.tool in {ExportTool.AZURE_MIGRATE, ExportTool.GOOGLE} and any(
        (asset.get("disk_count") or 0) > 1 for asset in assets
    ):
        yield "the sizes of single disks are not known; the first carries the total."


def _namesakes(form: ToolFormat, assets: Sequence[Asset]) -> Iterator[str]:
    """Say which servers a tool that has no column for an id cannot tell apart."""
    names = Counter(asset.get("asset_name") for asset in assets)
    shared = sum(count for count in names.values() if count > 1)
    if shared and form.source in NAMED_BY:
        yield f"it knows servers by name, and {shared:,} share theirs with another."
