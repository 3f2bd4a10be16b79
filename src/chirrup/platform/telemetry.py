"""What the process counts, and how it writes its log."""

import logging
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from structlog.typing import EventDict, Processor, WrappedLogger

LATENCY_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
PICTURE_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_BOUNDS = [*(str(bound) for bound in LATENCY_BUCKETS), "+Inf"]


class Answers:
    """Count and latency of one kind of answer: plain numbers, since each request adds to them."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * len(_BOUNDS)
        self.seconds = 0.0

    def observe(self, seconds: float) -> None:
        """Count one answer and the time since its request."""
        self.buckets[bisect_left(LATENCY_BUCKETS, seconds)] += 1
        self.seconds += seconds

    def add(self, other: "Answers") -> None:
        """Count what another has counted."""
        self.buckets = [mine + theirs for mine, theirs in zip(self.buckets, other.buckets, strict=True)]
        self.seconds += other.seconds


class RequestMetrics(Collector):
    """Answers by method, route and status; put into Prometheus' form only when it asks."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str, str, bool], Answers] = {}

    def answers(self, method: str, route: str, status: str, *, short: bool = False) -> Answers:
        """Return where answers of a kind are counted; those that took a short path are counted apart as well."""
        key = method, route, status, short
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = Answers()
        return found

    def collect(self) -> Iterator[Metric]:
        """Yield counts by status, latencies by class of status, and how many took a short path."""
        counts: dict[tuple[str, str, str], Answers] = {}
        classes: dict[tuple[str, str, str], Answers] = {}
        shortcuts = CounterMetricFamily(
            "chirrup_http_shortcuts", "Answered requests that took the short path.", labels=["route"]
        )
        for (method, route, status, short), answers in self._answers.items():
            counts.setdefault((method, route, status), Answers()).add(answers)
            classes.setdefault((method, route, f"{status[0]}xx"), Answers()).add(answers)
            if short:
                shortcuts.add_metric([route], sum(answers.buckets))
        requests = CounterMetricFamily(
            "chirrup_http_requests", "Answered requests.", labels=["method", "route", "status"]
        )
        for key, answers in counts.items():
            requests.add_metric(key, sum(answers.buckets))
        latency = HistogramMetricFamily(
            "chirrup_http_request_seconds", "Time from request to answer.", labels=["method", "route", "status"]
        )
        for key, answers in classes.items():
            latency.add_metric(key, list(zip(_BOUNDS, accumulate(answers.buckets), strict=True)), answers.seconds)
        yield from (requests, latency, shortcuts)


class CacheCounts:
    """What became of the keys that one space of a cache was asked for."""

    __slots__ = ("errors", "hits", "misses")

    def __init__(self) -> None:
        self.hits = self.misses = self.errors = 0


class CacheMetrics(Collector):
    """The counts of each space."""

    def __init__(self) -> None:
        self._spaces: dict[str, CacheCounts] = {}

    def space(self, name: str) -> CacheCounts:
        """Return where the questions to a space are counted."""
        return self._spaces.setdefault(name, CacheCounts())

    def collect(self) -> Iterator[Metric]:
        """Yield the counts by space and result."""
        requests = CounterMetricFamily(
            "chirrup_cache_requests", "Keys that the cache was asked for.", labels=["space", "result"]
        )
        for space, counts in self._spaces.items():
            for result, count in (("hit", counts.hits), ("miss", counts.misses), ("error", counts.errors)):
                requests.add_metric([space, result], count)
        yield requests


Readings = Iterable[tuple[Sequence[str], float]]
"""Values, each with those of its labels."""


class Gauges(Collector):
    """A measure that is read where it is, at the moment somebody asks."""

    def __init__(self, name: str, text: str, labels: Sequence[str], registry: CollectorRegistry) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._sources: list[Callable[[], Readings]] = []
        self._shown: Readings = ()
        registry.register(self)

    def read_from(self, source: Callable[[], Readings]) -> None:
        """Ask a source, too."""
        self._sources.append(source)

    def show(self, readings: Readings) -> None:
        """Tell these, instead of those that were given before."""
        self._shown = list(readings)

    def collect(self) -> Iterator[Metric]:
        """Yield what the sources tell."""
        family = GaugeMetricFamily(self._name, self._text, labels=self._labels)
        for readings in (self._shown, *(source() for source in self._sources)):
            for labels, reading in readings:
                family.add_metric(labels, reading)
        yield family


class PictureMetrics:
    """How long pictures take, and why there are none."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.seconds = Histogram(
            "chirrup_picture_seconds", "Time that a picture took.", registry=registry, buckets=PICTURE_BUCKETS
        )
        self.refused = Counter(
            "chirrup_pictures_refused", "Files of which none was made.", ["reason"], registry=registry
        )


class Telemetry:
    """The metrics of one process; names follow Prometheus' conventions."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = RequestMetrics()
        self.registry.register(self.requests)
        self.caches = CacheMetrics()
        self.registry.register(self.caches)
        self.pictures = PictureMetrics(self.registry)
        ProcessCollector(registry=self.registry)
        self._make_gauges()
        self._make_counters()

    def _make_gauges(self) -> None:
        self.pool_limit = self._gauges("chirrup_pool_limit", "Connections that a pool may open.", "pool")
        self.pool_open = self._gauges("chirrup_pool_open", "Connections that a pool has open.", "pool")
        self.pool_in_use = self._gauges("chirrup_pool_in_use", "Connections that are lent by a pool.", "pool")
        self.replica_in_use = self._gauges("chirrup_replica_in_use", "1 while the replica takes the reads.")
        self.outbox_pending = self._gauges("chirrup_outbox_pending", "Committed events that wait for the relay.")
        self.outbox_oldest = self._gauges(
            "chirrup_outbox_oldest_seconds", "Age of the oldest event that waits for the relay."
        )
        self.consumer_lag = self._gauges(
            "chirrup_consumer_lag", "Events that a consumer has not handled yet.", "consumer", "topic"
        )
        self.consumer_oldest = self._gauges(
            "chirrup_consumer_oldest_seconds", "Age of the oldest of these.", "consumer", "topic"
        )

        self.fanout_lateness = self._gauges(
            "chirrup_fanout_lateness_seconds", "How long after its publication a post is delivered."
        )
        self.fanout_threshold = self._gauges(
            "chirrup_fanout_threshold", "Above this many followers an author is pulled at the moment."
        )

        self.live_connections = self._gauges("chirrup_live_connections", "Clients that are told of changes.")
        self.live_channels = self._gauges("chirrup_live_channels", "Channels that this process listens to for them.")

    def _make_counters(self) -> None:
        self.limited = self._counter("chirrup_rate_limited", "Requests refused by a rate limit.", "limit")
        self.relayed = self._counter("chirrup_relay_published", "Events that the relay has published.", "topic")
        self.relay_failures = self._counter("chirrup_relay_failures", "Rounds in which the relay could not publish.")
        self.events_handled = self._counter("chirrup_events_handled", "Events that a consumer has handled.", "consumer")
        self.dead_letters = self._counter("chirrup_dead_letters", "Events that a consumer gave up on.", "consumer")
        self.pushes = self._counter("chirrup_pushes", "Messages to devices.", "service", "result")
        self.fanout_visits = self._counter("chirrup_fanout_visits", "Followers visited by the fan-out.")
        self.fanout_deliveries = self._counter("chirrup_fanout_deliveries", "Timelines that a post was added to.")
        self.timeline_rebuilds = self._counter("chirrup_timeline_rebuilds", "Home timelines built from the database.")

        self.live_events = self._counter("chirrup_live_events", "Events told to connected clients.", "type")
        self.live_ends = self._counter("chirrup_live_ends", "Connections that the server has ended.", "code")

        self.timelines_checked = self._counter(
            "chirrup_timelines_checked", "Stored timelines that were compared with the database.", "result"
        )
        self.timeline_differences = self._counter(
            "chirrup_timeline_differences", "Ids by which these differed from it.", "kind"
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _gauges(self, name: str, text: str, *labels: str) -> Gauges:
        return Gauges(name, text, labels, self.registry)


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


def configure_logging(level: str, *, process: str | None = None, stream: TextIO | None = None) -> None:
    """Write the log as JSON lines on standard error; each says which of several processes writes it."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_name(process),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", LossyStream(stream or sys.stderr))),
    )


def _name(process: str | None) -> Iterator[Processor]:
    def say(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        line["process"] = process
        return line

    if process is not None:
        yield say
