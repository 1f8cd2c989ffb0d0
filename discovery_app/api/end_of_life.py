"""End-of-life data that admins load over the app's own copy."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import FormData, UploadFile

from discovery_app.api.dependencies import SignedIn
from discovery_app.api.workers import platform_scope
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Person
from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.end_of_life_files import LARGEST_BYTES
from discovery_app.services.end_of_life_data import (
    EndOfLifeDataService,
    EndOfLifeVersionView,
)

router = APIRouter(tags=["End-of-life data"])

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "title": "file, source, data_date (YYYY-MM-DD) and reason",
                    "type": "object",
                    "required": ["file", "source", "data_date", "reason"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "source": {"type": "string"},
                        "data_date": {"type": "string", "format": "date"},
                        "reason": {"type": "string"},
                    },
                }
            }
        },
    }
}


class EndOfLifeDataItem(BaseModel):
    """Data that was loaded; ``withdrawn_at`` null: verdicts may stand on it."""

    model_config = ConfigDict(from_attributes=True)

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


class EndOfLifeDataList(BaseModel):
    """What was ever loaded, newest first, and what verdicts stand on now."""

    in_use: str
    items: list[EndOfLifeDataItem]


class Withdrawal(BaseModel):
    """Why the data is to count no longer."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=1_000)


@router.get("/end-of-life-data")
def list_data(person: SignedIn) -> EndOfLifeDataList:
    """Return the data that was loaded; for admins."""
    scope = platform_scope(person, "looks at the end-of-life data")
    with unit_of_work(scope) as session:
        service = EndOfLifeDataService(session)
        items, current = service.versions(), service.current()
    return EndOfLifeDataList(
        in_use=str(current.version), items=[_item(one) for one in items]
    )


@router.post("/end-of-life-data", status_code=201, openapi_extra=_BODY)
async def load_data(request: Request, person: SignedIn) -> EndOfLifeDataItem:
    """Load a file: JSON of endoflife.date, or CSV; whole or not at all; for admins."""
    # The body is read only after the person is known, as for data imports.
    async with request.form(max_files=1, max_fields=5) as form:
        return await run_in_threadpool(_load, person, form)


@router.post("/end-of-life-data/{version_id}/withdraw")
def withdraw_data(
    version_id: UUID, person: SignedIn, body: Withdrawal
) -> EndOfLifeDataItem:
    """Let later verdicts stand on the other data; earlier ones still name this."""
    scope = platform_scope(person, body.reason)
    with unit_of_work(scope) as session:
        service = EndOfLifeDataService(session)
        return _item(service.withdraw(scope, version_id, body.reason))


def _load(person: Person, form: FormData) -> EndOfLifeDataItem:
    reason = _text(form, "reason")
    scope = platform_scope(person, reason)
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise InvalidInputError("Send the data as the form field file.")
    with unit_of_work(scope) as session:
        loaded = EndOfLifeDataService(session).load(
            scope,
            file.file.read(LARGEST_BYTES + 1),
            file_name=file.filename or "",
            source=_text(form, "source"),
            data_date=_day(_text(form, "data_date")),
            reason=reason,
        )
    return _item(loaded)


def _text(form: FormData, name: str) -> str:
    given = form.get(name)
    return given if isinstance(given, str) else ""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(
            "Send data_date as YYYY-MM-DD: the day the data was taken."
        ) from error


def _item(one: EndOfLifeVersionView) -> EndOfLifeDataItem:
    return EndOfLifeDataItem.model_validate(one)
