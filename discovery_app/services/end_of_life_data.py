"""End-of-life data that admins load over the app's own copy."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import PlatformScope
from discovery_app.errors import ConflictError, InvalidInputError, NotFoundError
from discovery_app.knowledge.end_of_life_files import read_end_of_life_file
from discovery_app.knowledge.releases import (
    OWN_VERSION,
    DataVersion,
    EndOfLifeData,
    own_data,
    read_releases,
)
from discovery_app.services.audit import AuditService, require_reason
from discovery_app.services.tables import EOL_VERSIONS

_SOURCE_LENGTH: Final = 100
_DATA: OrderedDict[tuple[UUID, ...], EndOfLifeData] = OrderedDict()
_REMEMBERED: Final = 2
"""How many layered data sets a process keeps; one is in use, one was just replaced."""


@dataclass(frozen=True)
class EndOfLifeVersionView:
    """Data that was loaded.

    Attributes:
        in_use: Not withdrawn; the newest such data decides first.
    """

    version_id: UUID
    source: str
    data_date: date
    file_name: str
    products: int
    cycles: int
    loaded_by: str
    loaded_at: datetime
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime | None

    @property
    def in_use(self) -> bool:
        """Return whether new verdicts may stand on it."""
        return self.withdrawn_at is None


class EndOfLifeDataService:
    """Loads, lists, withdraws and layers end-of-life data.

    One instance serves one unit of work: of a ``PlatformScope`` to load or withdraw,
    of any scope to read. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def load(
        self,
        scope: PlatformScope,
        content: bytes,
        *,
        file_name: str,
        source: str,
        data_date: date,
        reason: str,
    ) -> EndOfLifeVersionView:
        """Let the verdicts of later runs stand on ``content``.

        What it lacks is still told by older data, in the end by the app's own.

        Args:
            source: Who says so, e.g. ``endoflife.date``.
            data_date: The day the data was taken.

        Raises:
            InvalidInputError: The file, the source, the day or the reason is wrong.
            ConflictError: The same source's data of that day is in use.
        """
        why = require_reason(reason)
        named = " ".join(source.split())
        if not named or len(named) > _SOURCE_LENGTH:
            raise InvalidInputError(
                f"Name the data's source in at most {_SOURCE_LENGTH} characters; "
                "nothing was stored."
            )
        self._check_day(named, data_date)
        found = read_end_of_life_file(content)
        version_id = uuid4()
        self._session.execute(
            sa.insert(EOL_VERSIONS).values(
                id=version_id,
                source=named,
                data_date=data_date,
                file_name=file_name[:255],
                content=found,
                products=len(found),
                cycles=sum(len(one["releases"]) for one in found.values()),
                reason=why,
                loaded_by=scope.actor,
            )
        )
        loaded = self.version(version_id)
        AuditService(self._session).record(
            scope,
            "end_of_life_data_loaded",
            str(DataVersion(named, data_date)),
            why,
            details={"products": loaded.products, "cycles": loaded.cycles},
        )
        return loaded

    def withdraw(
        self, scope: PlatformScope, version_id: UUID, reason: str
    ) -> EndOfLifeVersionView:
        """Let later verdicts no longer stand on a version; earlier ones still name it.

        Raises:
            NotFoundError: There is no such version, or it was withdrawn before.
            InvalidInputError: No reason is given.
        """
        why = require_reason(reason)
        before = self.version(version_id)
        if not before.in_use:
            raise NotFoundError("end-of-life data in use", version_id)
        self._session.execute(
            sa.update(EOL_VERSIONS)
            .values(withdrawn_by=scope.actor, withdrawn_at=sa.func.clock_timestamp())
            .where(EOL_VERSIONS.c.id == version_id)
        )
        AuditService(self._session).record(
            scope,
            "end_of_life_data_withdrawn",
            str(DataVersion(before.source, before.data_date)),
            why,
        )
        return self.version(version_id)

    def versions(self) -> tuple[EndOfLifeVersionView, ...]:
        """Return what was ever loaded, in the order it is asked, newest first."""
        return tuple(_view(row) for row in self._rows())

    def version(self, version_id: UUID) -> EndOfLifeVersionView:
        """Return one version.

        Raises:
            NotFoundError: There is none.
        """
        for row in self._rows(EOL_VERSIONS.c.id == version_id):
            return _view(row)
        raise NotFoundError("end-of-life data", version_id)

    def current(self) -> EndOfLifeData:
        """Return the data that verdicts stand on: the newest over all older."""
        used = [one for one in self.versions() if one.in_use]
        key = tuple(one.version_id for one in used)
        if not key:
            return own_data()
        if key not in _DATA:
            _DATA[key] = self._layered(used)
            while len(_DATA) > _REMEMBERED:
                _DATA.popitem(last=False)
        return _DATA[key]

    def _layered(self, used: list[EndOfLifeVersionView]) -> EndOfLifeData:
        """Return ``used`` and the app's own data, the newest on top."""
        layers = [own_data(), *map(self._read, used)]
        layers.sort(key=lambda one: (one.version.day, one.version != OWN_VERSION))
        whole = layers[0]
        for newer in layers[1:]:
            whole = newer.over(whole)
        return whole

    def _read(self, one: EndOfLifeVersionView) -> EndOfLifeData:
        content = self._session.scalar(
            sa.select(EOL_VERSIONS.c.content).where(EOL_VERSIONS.c.id == one.version_id)
        )
        return read_releases(content or {}, DataVersion(one.source, one.data_date))

    def _check_day(self, source: str, data_date: date) -> None:
        today = self._session.scalar(sa.select(sa.func.current_date()))
        # A day more, for who is east of the database's clock.
        if today is not None and data_date > today + timedelta(days=1):
            raise InvalidInputError(
                f"The data cannot be of {data_date}, which is still to come; give the "
                "day it was taken. Nothing was stored."
            )
        same = [
            one
            for one in self.versions()
            if one.in_use and (one.source, one.data_date) == (source, data_date)
        ]
        if same:
            raise ConflictError(
                f"{source} of {data_date} is in use already; withdraw it first, or "
                "give the file its own day. Nothing was stored."
            )

    def _rows(self, *where: sa.ColumnElement[bool]) -> list[sa.RowMapping]:
        columns = [one for one in EOL_VERSIONS.c if one.name != "content"]
        return list(
            self._session.execute(
                sa.select(*columns)
                .where(*where)
                .order_by(
                    EOL_VERSIONS.c.data_date.desc(), EOL_VERSIONS.c.loaded_at.desc()
                )
            ).mappings()
        )


def _view(row: sa.RowMapping) -> EndOfLifeVersionView:
    return EndOfLifeVersionView(
        version_id=row["id"],
        source=row["source"],
        data_date=row["data_date"],
        file_name=row["file_name"],
        products=row["products"],
        cycles=row["cycles"],
        loaded_by=row["loaded_by"],
        loaded_at=row["loaded_at"],
        reason=row["reason"],
        withdrawn_by=row["withdrawn_by"] or "",
        withdrawn_at=row["withdrawn_at"],
    )
