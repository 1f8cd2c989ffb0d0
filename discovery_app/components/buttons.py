"""Buttons: one solid a page, everything else outlined grey or bare."""

from typing import Any

import reflex as rx

_OUTLINED = {"variant": "surface", "color_scheme": "gray"}
_BARE = {"variant": "ghost", "color_scheme": "gray"}


def primary_button(
    words: rx.Var[str] | str, icon: str = "", **props: Any
) -> rx.Component:
    """Return the one solid button of a page; ``words`` are a verb and its object."""
    look: dict[str, Any] = {"type": "button"} | props
    return rx.button(*_inside(words, icon), **look)


def plain_button(
    words: rx.Var[str] | str, icon: str = "", **props: Any
) -> rx.Component:
    """Return an outlined grey button; a dialog follows where ``words`` end with "…"."""
    look: dict[str, Any] = _OUTLINED | {"type": "button"} | props
    return rx.button(*_inside(words, icon), **look)


def quiet_button(
    words: rx.Var[str] | str, icon: str = "", **props: Any
) -> rx.Component:
    """Return a button without a box, for rows and drawers."""
    look: dict[str, Any] = _BARE | {"type": "button"} | props
    return rx.button(*_inside(words, icon), **look)


def icon_button(icon: str, label: rx.Var[str] | str, **props: Any) -> rx.Component:
    """Return a bare icon that says ``label`` to a screen reader and on hover."""
    look: dict[str, Any] = _BARE | {"size": "2", "type": "button"} | props
    return rx.icon_button(
        rx.icon(icon, size=16, aria_hidden=True), aria_label=label, title=label, **look
    )


def link_button(
    words: rx.Var[str] | str, href: rx.Var[str] | str, icon: str = "", **props: Any
) -> rx.Component:
    """Return a link that looks like a button: to another page, or to a download.

    Args:
        words: A verb and its object.
        href: A page of this app, or a route of its API.
        icon: A lucide name.
        props: ``download=True`` for a file, so that the browser fetches it itself;
            ``solid=True`` where it is the page's one solid button.
    """
    solid = props.pop("solid", False)
    download = props.pop("download", False)
    # Without its own scale a link inside an outlined button would be accented.
    scale: dict[str, Any] = {} if solid else {"color_scheme": "gray"}
    # ``reload_document``: the router would look for a page of ours at the address.
    link = (
        rx.el.a(*_inside(words, icon), href=href, download=True, reload_document=True)
        if download
        else rx.link(*_inside(words, icon), href=href, **scale)
    )
    look: dict[str, Any] = {} if solid else dict(_OUTLINED)
    return rx.button(link, as_child=True, **(look | props))


def on_key(key: str) -> dict[str, str]:
    """Return the ``custom_attrs`` that let ``key`` click a control of the row at hand.

    J and K walk over rows made by ``table_row(keyed=True)``; ``look.js`` listens.
    """
    return {"data-key": key.lower()}


def _inside(words: rx.Var[str] | str, icon: str) -> list[rx.Component | rx.Var | str]:
    if not icon:
        return [words]
    return [rx.icon(icon, size=16, aria_hidden=True), words]
