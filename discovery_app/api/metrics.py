"""Numbers for a monitor, in the text format of Prometheus; see ``docs/metrics.md``."""

import secrets
from collections import Counter
from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from discovery_app.api.dependencies import signed_in
from discovery_app.api.workers import platform_scope
from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import PlatformScope
from discovery_app.domain.metrics import MetricsSnapshot
from discovery_app.services.metrics import MetricsService

router = APIRouter(tags=["Workers"])

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_WORKER_STATES: Final = ("alive", "draining", "silent", "stopped")


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> PlainTextResponse:
    """Return the numbers; for admins, and for who sends ``DISCOVERY_METRICS_TOKEN``."""
    scope = _scope(request)
    with unit_of_work(scope) as session:
        seen = MetricsService(session).look(scope)
    return PlainTextResponse(
        metrics_text(seen),
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store"},
    )


def metrics_text(seen: MetricsSnapshot) -> str:
    """Return ``seen`` in the text format, version 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Seen(seen))
    return generate_latest(registry).decode()


class _Seen(Collector):
    """Hands the numbers of one moment to the library that writes them."""

    def __init__(self, seen: MetricsSnapshot) -> None:
        self._seen = seen

    def collect(self) -> Iterator[Metric]:
        """Yield every metric, in the order of ``docs/metrics.md``."""
        yield from self._workflows()
        yield from self._queue()
        yield from self._phases()

    def _workflows(self) -> Iterator[Metric]:
        by_status = GaugeMetricFamily(
            "discovery_workflows", "Workflows by status.", labels=["status"]
        )
        for status, number in self._seen.workflows.items():
            by_status.add_metric([status], number)
        yield by_status
        yield GaugeMetricFamily(
            "discovery_workflows_stuck",
            "Workflows that run without a sign of life.",
            value=self._seen.stuck,
        )

    def _queue(self) -> Iterator[Metric]:
        queue = self._seen.queue
        for name, words, value in (
            ("queue_due", "Workflows that any worker may take now.", queue.due),
            (
                "queue_oldest_wait_seconds",
                "How long the oldest due workflow has waited.",
                queue.oldest_seconds,
            ),
            ("queue_retry_wait", "Workflows that wait for another try.", queue.later),
            ("leases_held", "Workflows that a worker holds.", queue.held),
        ):
            yield GaugeMetricFamily(f"discovery_{name}", words, value=value)
        states = Counter(one.state for one in queue.workers)
        workers = GaugeMetricFamily(
            "discovery_workers", "Runner processes by state.", labels=["state"]
        )
        for state in _WORKER_STATES:
            workers.add_metric([state], states[state])
        yield workers

    def _phases(self) -> Iterator[Metric]:
        labels = ["phase", "status"]
        tries = GaugeMetricFamily(
            "discovery_phase_tries_last_hour",
            "Tries of phases that ended in the last hour.",
            labels=labels,
        )
        seconds = GaugeMetricFamily(
            "discovery_phase_seconds_last_hour",
            "How long those tries took together.",
            labels=labels,
        )
        for one in self._seen.phases:
            tries.add_metric([one.phase, one.status], one.tries)
            seconds.add_metric([one.phase, one.status], one.seconds)
        failures = GaugeMetricFamily(
            "discovery_phase_failures_last_hour",
            "Tries that failed in the last hour, by type of error.",
            labels=["phase", "type"],
        )
        for failure in self._seen.failures:
            failures.add_metric([failure.phase, failure.error_type], failure.times)
        yield from (tries, seconds, failures)


def _scope(request: Request) -> PlatformScope:
    """Return the monitor, or the admin, who asks.

    Raises:
        NotSignedInError: Nobody that is known.
        NotPermittedError: Someone who is no admin.
    """
    reason = "reads the metrics"
    token = settings().metrics_token
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    if token and token.get_secret_value() and scheme.lower() == "bearer":
        expected = token.get_secret_value().encode()
        if secrets.compare_digest(sent.strip().encode(), expected):
            return PlatformScope("monitor", reason)
    return platform_scope(signed_in(request), reason)
