"""Dependencies in words, as the page draws them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from discovery_app.domain.dependency_map import NodeKind
from discovery_app.domain.dependency_page import (
    DependencyQuery,
    DependencyRow,
    DependencyTiles,
    EndpointRow,
    GroupDetail,
    GroupRow,
    MemberLine,
)
from discovery_app.domain.inventory import DependencyView
from discovery_app.domain.value_words import NOTHING, day_words, slug_words
from discovery_app.domain.words import count, counted
from discovery_app.services.dependencies import DependencySummary, GroupMember
from discovery_app.services.move_groups import MOST_MEMBERS, MoveGroupView
from discovery_app.services.unknown_endpoints import UnknownEndpoint

_MOST_NAMES = 3


def tiles(found: DependencySummary) -> DependencyTiles:
    """Return the headline numbers in words."""
    most = found.noise_reasons[0] if found.noise_reasons else None
    return DependencyTiles(
        edges=count(found.edges - found.noise),
        edges_note=f"{count(found.cross_environment)} across environments",
        noise=count(found.noise),
        noise_note=f"Most: {slug_words(most.word).lower()}, {count(most.count)}"
        if most
        else "Nothing was left aside",
        shared=count(found.shared_services),
        shared_note="Dependencies on what many need",
        unknown=count(found.unknown_endpoints),
        unknown_note="Talk to assets but are none",
        groups=count(found.move_groups),
        groups_note=f"In {counted(found.waves, 'wave')}",
    )


def dependency_row(one: DependencyView, engagement_id: UUID) -> DependencyRow:
    """Return one dependency in words."""
    return DependencyRow(
        source=one.source,
        source_href=_href(engagement_id, one.source_asset_id),
        destination=one.destination,
        destination_href=_href(engagement_id, one.destination_asset_id),
        port=_port(one),
        kind=slug_words(one.kind),
        connections=count(one.connection_count) if one.connection_count else NOTHING,
        seen=_seen(one.first_observed, one.last_observed),
        marks=_marks(one),
        evidence=one.evidence,
    )


def endpoint_row(one: UnknownEndpoint, engagement_id: UUID) -> EndpointRow:
    """Return one unknown endpoint in words."""
    return EndpointRow(
        endpoint=one.endpoint,
        note=f"{count(one.assets)} assets have it" if one.assets > 1 else "",
        href=_map(engagement_id, f"{NodeKind.ENDPOINT}:{one.endpoint}"),
        edges=count(one.edges),
        talkers=", ".join(one.talkers),
    )


def group_row(one: MoveGroupView) -> GroupRow:
    """Return one move group in words."""
    return GroupRow(
        group=f"{one.session_id}.{one.group_number}",
        name=f"Group {one.group_number}",
        upload=one.upload,
        wave=_waves(one.first_wave, one.last_wave),
        assets=count(one.assets),
        cycles=count(one.in_cycles) if one.in_cycles else NOTHING,
        environments=", ".join(map(slug_words, one.environments)) or NOTHING,
        applications=_names(one.applications),
    )


def group_detail(
    members: Sequence[GroupMember], also_needs: Sequence[str], engagement_id: UUID
) -> GroupDetail:
    """Return a group with its members and the shared services they need, in words."""
    if not members:
        return GroupDetail()
    waves, one = [one.wave for one in members], members[0]
    group = f"{NodeKind.GROUP}:{one.session_id}.{one.group_number}"
    return GroupDetail(
        map_href=_map(engagement_id, group),
        also_needs=", ".join(also_needs),
        name=f"Group {members[0].group_number}",
        subtitle=f"{_members(len(members))}, {_waves(min(waves), max(waves))}",
        members=tuple(
            MemberLine(
                one.asset_name, _href(engagement_id, one.asset_id), _member_note(one)
            )
            for one in members
        ),
    )


def _members(number: int) -> str:
    first = "The first " if number == MOST_MEMBERS else ""
    return first + counted(number, "asset")


def _member_note(one: GroupMember) -> str:
    words = [f"Wave {one.wave}"]
    if one.environment:
        words.append(slug_words(one.environment).lower())
    if one.in_cycle:
        words.append("in a cycle: moves at once with what it needs")
    return " · ".join(words)


def _map(engagement_id: UUID, focus: str) -> str:
    query = DependencyQuery().about(focus)
    return query.address(f"/engagements/{engagement_id}/dependencies")


def _href(engagement_id: UUID, asset_id: UUID | None) -> str:
    return f"/engagements/{engagement_id}/assets?asset={asset_id}" if asset_id else ""


def _port(one: DependencyView) -> str:
    if one.port is None:
        return one.protocol.upper() or NOTHING
    return f"{one.port} {one.protocol.upper()}".strip()


def _seen(first: datetime | None, last: datetime | None) -> str:
    if last is None:
        return NOTHING
    since = f"{day_words(first.date())} – " if first and first < last else ""
    return since + day_words(last.date())


def _marks(one: DependencyView) -> str:
    marks = []
    if one.noise:
        marks.append(f"Noise: {slug_words(one.noise_reason or 'noise').lower()}")
    if one.shared_service:
        marks.append("Shared service")
    if one.cross_environment:
        marks.append("Across environments")
    unknown = (one.source_asset_id, one.destination_asset_id).count(None)
    if unknown:
        marks.append("Unknown endpoint" if unknown == 1 else "Both ends unknown")
    return " · ".join(marks)


def _waves(first: int, last: int) -> str:
    return f"wave {first}" if first == last else f"waves {first}–{last}"


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown or NOTHING
