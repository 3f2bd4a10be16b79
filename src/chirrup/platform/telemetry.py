"""What the process counts, and how it writes its log."""

import logging
import sys
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from itertools import accumulate
from typing import TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

LATENCY_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class RouteMetrics(Collector):
    """Count and latency of one hot route: plain numbers, put into Prometheus' form only when it asks."""

    def __init__(self, route: str) -> None:
        self._route = route
        self._buckets = [0] * (len(LATENCY_BUCKETS) + 1)
        self._seconds = 0.0

    def observe(self, seconds: float) -> None:
        """Count one answer."""
        self._buckets[bisect_left(LATENCY_BUCKETS, seconds)] += 1
        self._seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics under the names of the other routes'."""
        total = sum(self._buckets)
        requests = CounterMetricFamily("chirrup_http_hot_requests", "Answered requests.", labels=["route"])
        requests.add_metric([self._route], total)
        yield requests
        latency = HistogramMetricFamily(
            "chirrup_http_hot_request_seconds", "Time from request to answer.", labels=["route"]
        )
        bounds = [*(str(bound) for bound in LATENCY_BUCKETS), "+Inf"]
        latency.add_metric([self._route], list(zip(bounds, accumulate(self._buckets), strict=True)), self._seconds)
        yield latency


class Telemetry:
    """The metrics of one process; names follow Prometheus' conventions."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "chirrup_http_requests", "Answered requests.", ["method", "route", "status"], registry=self.registry
        )
        self.latency = Histogram(
            "chirrup_http_request_seconds",
            "Time from request to answer.",
            ["route"],
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.limited = Counter(
            "chirrup_rate_limited", "Requests refused by a rate limit.", ["limit"], registry=self.registry
        )
        self.events_handled = Counter(
            "chirrup_events_handled", "Events that a consumer has handled.", ["consumer"], registry=self.registry
        )
        self.dead_letters = Counter(
            "chirrup_dead_letters", "Events that a consumer gave up on.", ["consumer"], registry=self.registry
        )
        self.fanout_visits = Counter(
            "chirrup_fanout_visits", "Followers visited by the fan-out.", registry=self.registry
        )
        self.fanout_deliveries = Counter(
            "chirrup_fanout_deliveries", "Timelines that a post was added to.", registry=self.registry
        )
        self.timeline_rebuilds = Counter(
            "chirrup_timeline_rebuilds", "Home timelines built from the database.", registry=self.registry
        )


class LossyStream:
    """Passes on what its stream takes: a log that cannot be written, as on a full disk, must not stop the server."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, if that is possible."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, if that is possible."""
        with suppress(OSError):
            self._stream.flush()


def configure_logging(level: str, *, stream: TextIO | None = None) -> None:
    """Write the log as JSON lines on standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", LossyStream(stream or sys.stderr))),
    )
