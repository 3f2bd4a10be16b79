"""What the process counts, and how it writes its log."""

import logging
import sys
from typing import TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

LATENCY_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


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
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
    )
