"""The Reflex app: pages, API, and the background work of one web process."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

import reflex as rx
from reflex.constants import Dirs

from discovery_app import pages
from discovery_app.api.app import build_api
from discovery_app.api.upload_guard import UploadGuard
from discovery_app.components.connection import quiet_overlays
from discovery_app.config import RunnerMode, settings
from discovery_app.database import dispose_engine, prepare
from discovery_app.errors import DiscoveryError
from discovery_app.logs import write_log
from discovery_app.states.gate import Gate, cookie_of_tab, show_error
from discovery_app.states.hub import hub

__all__ = ["app", "pages"]

logger = logging.getLogger(__name__)

THREADS: Final = 16
"""Database and file work at once; below the pool's 30 connections. Chosen."""


@asynccontextmanager
async def serve_pages() -> AsyncIterator[None]:
    """Make the database ready, then keep pages live until the server stops."""
    write_log()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="web"))
    try:
        await asyncio.to_thread(prepare, apply=True)
    except DiscoveryError as error:
        logger.critical("%s", error)
        raise
    async with _runners():
        live = asyncio.create_task(hub().run(), name="hub")
        try:
            yield
        finally:
            live.cancel()
            with suppress(asyncio.CancelledError):
                await live
            dispose_engine()


@asynccontextmanager
async def _runners() -> AsyncIterator[None]:
    """Look after runners, unless another process does (``serve``, ``worker``)."""
    if settings().runner is RunnerMode.OFF:
        yield
        return
    # Late: a web process without runners has no use for what they need.
    from discovery_app.jobs.supervisor import run_in_background

    background = run_in_background()
    await asyncio.to_thread(background.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(background.__exit__, None, None, None)


def _guard(app: rx.App) -> partial[UploadGuard]:
    return partial(UploadGuard, cookie_of=partial(cookie_of_tab, app))


app = rx.App(
    html_lang="en",
    stylesheets=["/look.css"],
    head_components=[
        rx.el.script(src="/look.js", defer=True),
        rx.el.script(src="/map.js", defer=True),
        rx.el.link(rel="icon", href="/favicon.ico"),
    ],
    backend_exception_handler=show_error,
)
app.api_transformer = [build_api(Path(Dirs.WEB) / Dirs.STATIC), _guard(app)]
app.add_middleware(Gate(), index=0)
app.register_lifespan_task(serve_pages)
quiet_overlays(app)
