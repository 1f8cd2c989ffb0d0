"""What a process writes to its log: one line an entry, for people or for machines.

Each entry names the workflow, phase, attempt and tenant it belongs to, or the request.
None holds contents of a person's file: of an exception only its type and its place are
written, because libraries quote values in their messages.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

from discovery_app.config import LogFormat, settings
from discovery_app.domain.phase_logs import LINE_LENGTH, LogLine, LogLines
from discovery_app.errors import (
    DiscoveryError,
    InvalidInputError,
    LostLeaseError,
    PhaseError,
)

_OWN: Final = "discovery_app"
_UVICORN: Final = ("uvicorn", "uvicorn.error", "uvicorn.access")
_QUOTING: Final = (InvalidInputError, PhaseError)
"""Our own errors whose sentences may quote what stands in a file."""

_ids: ContextVar[dict[str, str] | None] = ContextVar("log_ids", default=None)
_lines: ContextVar[LogLines | None] = ContextVar("log_lines", default=None)


@contextmanager
def log_ids(**ids: object) -> Iterator[None]:
    """Name ``ids`` in every entry that this block writes, beside the outer ones."""
    new = {name: str(value) for name, value in ids.items()}
    token = _ids.set({**current_ids(), **new})
    try:
        yield
    finally:
        _ids.reset(token)


def begin_request(request_id: str) -> None:
    """Name ``request_id`` in every entry of this task and the threads it waits for."""
    _ids.set({"request": request_id})


def add_log_ids(**ids: object) -> None:
    """Name ``ids``, too, for the rest of the request; without one nothing happens.

    Unlike ``log_ids`` this is seen by the caller, also from a thread it waits for.
    """
    current = _ids.get()
    if current is not None:
        current.update({name: str(value) for name, value in ids.items()})


def current_ids() -> Mapping[str, str]:
    """Return what entries name here and now."""
    return _ids.get() or {}


@contextmanager
def collected_lines(into: LogLines | None = None) -> Iterator[LogLines]:
    """Collect what this app logs in the block, beside writing it.

    Args:
        into: Adds to what another thread collects; by default to nothing.
    """
    _install_collector()
    lines = into or LogLines()
    token = _lines.set(lines)
    try:
        yield lines
    finally:
        _lines.reset(token)


def write_log(least: int = logging.INFO) -> None:
    """Write this process's log to standard error, one line an entry.

    ``DISCOVERY_LOG_FORMAT`` says how. Of libraries only warnings are written: at a
    lower level some of them quote what they work on.

    Args:
        least: The level from which on entries of this app are written.
    """
    out = logging.StreamHandler(sys.stderr)
    out.setLevel(least)
    is_json = settings().log_format is LogFormat.JSON
    out.setFormatter(_JsonFormatter() if is_json else _TextFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[out], force=True)
    logging.getLogger(_OWN).setLevel(logging.INFO)
    for name in _UVICORN:  # It writes by its own format until it is told not to.
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def safe_words(error: BaseException) -> str:
    """Return what may be logged of ``error``: its sentence, or only its type."""
    name = type(error).__name__
    if isinstance(error, LostLeaseError):
        return str(error)
    if isinstance(error, DiscoveryError) and not isinstance(error, _QUOTING):
        return f"{name}: {error}"
    return name


def safe_trace(error: BaseException) -> str:
    """Return where ``error`` and what caused it happened, without their messages."""
    found = []
    for one in _chain(error):
        places = traceback.extract_tb(one.__traceback__)
        found.append(
            "; ".join(
                [
                    type(one).__name__,
                    *(f"{at.filename}:{at.lineno} in {at.name}" for at in places),
                ]
            )
        )
    return " | caused by ".join(found)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)


def _message(record: logging.LogRecord) -> str:
    """Return the entry in one line, with no more of an exception than is safe."""
    if isinstance(record.msg, BaseException):
        return safe_words(record.msg)
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(
            safe_words(one) if isinstance(one, BaseException) else one
            for one in arguments
        )
    words = str(record.msg) % arguments if arguments else str(record.msg)
    return words.replace("\r", " ").replace("\n", " ")


def _at(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


class _TextFormatter(logging.Formatter):
    """``2026-11-22T10:00:00.123Z INFO name: words [workflow=… phase=…]``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry as a line."""
        at = _at(record).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        ids = " ".join(f"{name}={value}" for name, value in current_ids().items())
        line = f"{at} {record.levelname} {record.name}: {_message(record)}"
        error = _error(record)
        return (
            line
            + (f" [{ids}]" if ids else "")
            + (f" ({safe_trace(error)})" if error else "")
        )


class _JsonFormatter(logging.Formatter):
    """One JSON object an entry; ids lie beside ``message``, not below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry as a line."""
        entry: dict[str, Any] = {
            "at": _at(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            "pid": record.process,
            **current_ids(),
        }
        error = _error(record)
        if error is not None:
            entry |= {"error": type(error).__name__, "trace": safe_trace(error)}
        return json.dumps(entry, ensure_ascii=False)


class _Collector(logging.Handler):
    """Adds entries to the lines that the block they come from collects."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the entry, if someone collects."""
        lines = _lines.get()
        if lines is not None:
            words = _message(record)[:LINE_LENGTH]
            lines.add(LogLine(_at(record), record.levelname.lower(), words))


_COLLECTOR: Final = _Collector(logging.INFO)


def _install_collector() -> None:
    own = logging.getLogger(_OWN)
    if not own.isEnabledFor(logging.INFO):  # Nobody called write_log here.
        own.setLevel(logging.INFO)
    if _COLLECTOR not in own.handlers:
        own.addHandler(_COLLECTOR)
