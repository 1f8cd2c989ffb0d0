"""The API's description as a page that loads nothing from anywhere else."""

from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem;color-scheme:light dark}"
    "code{font-size:14px}h2{font-size:1.05rem;margin-top:2rem}"
    "td,th{text-align:left;padding:.2rem 1.5rem .2rem 0;vertical-align:top}"
)


@router.get("/api/docs")
def docs(request: Request) -> HTMLResponse:
    """Show every call with its parameters and answers."""
    schema = request.app.openapi()
    calls = [
        _call(method.upper(), path, call)
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
    ]
    title = escape(schema["info"]["title"])
    return HTMLResponse(
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width'><title>{title}</title>"
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{escape(schema['info']['description'])}</p>"
        f"<p>For programs: <a href='/api/openapi.json'>openapi.json</a>.</p>"
        f"{''.join(calls)}</main></body></html>"
    )


def _call(method: str, path: str, call: dict[str, Any]) -> str:
    summary = escape(call.get("description") or call.get("summary", ""))
    parameters = [_parameter(one) for one in call.get("parameters", [])]
    return (
        f"<h2><code>{method} {escape(path)}</code></h2><p>{summary}</p>"
        f"{_table('Parameter', parameters)}"
        f"{_table('Body', _body(call))}"
        f"{_table('Answer', _answers(call))}"
    )


def _parameter(one: dict[str, Any]) -> tuple[str, str]:
    need = "required" if one.get("required") else "optional"
    words = one.get("description") or one["schema"].get("description", "")
    return f"{one['name']} ({one['in']}, {need})", words


def _body(call: dict[str, Any]) -> list[tuple[str, str]]:
    content = call.get("requestBody", {}).get("content", {})
    return [(kind, _shape(one.get("schema", {}))) for kind, one in content.items()]


def _answers(call: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (status, one.get("description", ""))
        for status, one in call.get("responses", {}).items()
    ]


def _shape(schema: dict[str, Any]) -> str:
    return schema.get("title") or schema.get("$ref", "").rpartition("/")[2]


def _table(head: str, rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    lines = "".join(
        f"<tr><td><code>{escape(one)}</code></td><td>{escape(two)}</td></tr>"
        for one, two in rows
    )
    return f"<table><tr><th>{head}</th><th></th></tr>{lines}</table>"
