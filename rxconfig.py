"""Reflex settings; the app's own settings are in ``discovery_app.config``."""

import reflex as rx
from reflex.environment import environment

from discovery_app.config import settings

_DEV_PORTS_APART = 5000
"""In development pages and API have two ports: 3000 and 8000 by default."""


def _backend_port() -> int:
    """Return the API's port; one with the pages' once they are built."""
    port = settings().port
    if environment.REFLEX_ENV_MODE.get() == rx.constants.Env.PROD:
        return port
    apart = port + _DEV_PORTS_APART
    return apart if apart <= 65_535 else port - _DEV_PORTS_APART


def _api_url() -> str:
    """Return where the pages reach the API; it is baked into them."""
    if _backend_port() == settings().port:
        return settings().address
    return f"http://localhost:{_backend_port()}"


def _origins() -> tuple[str, ...]:
    """Return whose pages may use the socket and the API from a browser."""
    if settings().public_url:
        return (settings().address,)
    ports = {settings().port, _backend_port()}
    hosts = ("localhost", "127.0.0.1")
    return tuple(f"http://{host}:{port}" for host in hosts for port in sorted(ports))


config = rx.Config(
    app_name="discovery_app",
    frontend_port=settings().port,
    backend_port=_backend_port(),
    api_url=_api_url(),
    deploy_url=settings().address,
    cors_allowed_origins=_origins(),
    telemetry_enabled=False,
    show_built_with_reflex=False,
    disable_plugins=[rx.plugins.SitemapPlugin],
    plugins=[
        rx.plugins.RadixThemesPlugin(
            theme=rx.theme(
                appearance="inherit",
                accent_color="indigo",
                gray_color="slate",
                radius="medium",
                panel_background="solid",
            )
        )
    ],
)
