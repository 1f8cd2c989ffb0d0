"""Buttons: one solid a page, everything else outlined grey or bare."""

from typing import Any

import reflex as rx


def primary_button(
    words: rx.Var[str] | str, icon: str = "", **props: Any
) -> rx.Component:
    """Return the one solid button of a page; ``words`` are a verb and its object."""
    return rx.button(*_inside(words, icon), **{"type": "button"} | props)


def plain_button(
    words: rx.Var[str] | str, icon: str = "", **props: Any
) -> rx.Component:
    """Return an outlined grey button; a dialog follows where ``words`` end with "…"."""
    return rx.button(
        *_inside(words, icon),
        **{"variant": "surface", "color_scheme": "gray", "type": "button"} | props,
    )


def quiet_button(
    words: rx.Var[str] | str, icon: str = "", **props: Any
) -> rx.Component:
    """Return a button without a box, for rows and drawers."""
    return rx.button(
        *_inside(words, icon),
        **{"variant": "ghost", "color_scheme": "gray", "type": "button"} | props,
    )


def icon_button(icon: str, label: rx.Var[str] | str, **props: Any) -> rx.Component:
    """Return a bare icon that says ``label`` to a screen reader and on hover."""
    return rx.icon_button(
        rx.icon(icon, size=16, aria_hidden=True),
        aria_label=label,
        title=label,
        **{
            "variant": "ghost",
            "color_scheme": "gray",
            "size": "2",
            "type": "button",
        }
        | props,
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
    link = (
        rx.el.a(*_inside(words, icon), href=href, download=True)
        if download
        else rx.link(*_inside(words, icon), href=href)
    )
    look = {} if solid else {"variant": "surface", "color_scheme": "gray"}
    return rx.button(link, as_child=True, **look | props)


def _inside(words: rx.Var[str] | str, icon: str) -> list[rx.Component | rx.Var | str]:
    if not icon:
        return [words]
    return [rx.icon(icon, size=16, aria_hidden=True), words]
