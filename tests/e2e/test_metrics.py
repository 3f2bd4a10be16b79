"""What the server tells about itself for Prometheus."""

import asyncio
import re
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chirrup.platform.errors import Unavailable
from tests.support import Community

pytestmark = pytest.mark.fresh
METRICS = "http://chirrup.test/metrics"
CONSUMERS = {"timelines.fan_out", "posts.count", "graph.count", "engagement.count"}
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def measures(community: Community) -> Samples:
    """Return all samples by name and labels."""
    answer = await community.client().get(METRICS)
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    """Return one sample, 0 where there is none."""
    return samples.get((name, frozenset(labels.items())), 0.0)


async def lags_of(community: Community) -> dict[str, float]:
    """Return how far each consumer is behind."""
    samples = await measures(community)
    return {dict(labels)["consumer"]: lag for (name, labels), lag in samples.items() if name == "chirrup_consumer_lag"}


async def test_every_answer_is_counted_by_method_route_and_status(community: Community) -> None:
    wren = await community.person("wren")
    await wren.publish("tseep")
    await wren.post("/posts", 422, text=" ")
    samples = await measures(community)
    route = {"method": "POST", "route": "/api/v1/posts"}
    assert value(samples, "chirrup_http_requests_total", status="201", **route) == 1
    assert value(samples, "chirrup_http_requests_total", status="422", **route) == 1
    assert value(samples, "chirrup_http_request_seconds_count", status="2xx", **route) == 1
    assert value(samples, "chirrup_http_request_seconds_count", status="4xx", **route) == 1
    assert value(samples, "chirrup_http_request_seconds_bucket", status="2xx", le="+Inf", **route) == 1


async def test_the_short_path_of_the_feed_is_counted_with_the_long_one(community: Community) -> None:
    wren = await community.person("wren")
    await wren.get("/feed")
    await wren.client.get("/feed?limit=5&limit=5")
    await (await community.visitor()).get("/feed", 401)
    samples = await measures(community)
    route = {"method": "GET", "route": "/api/v1/feed"}
    assert value(samples, "chirrup_http_requests_total", status="200", **route) == 2
    assert value(samples, "chirrup_http_requests_total", status="401", **route) == 1
    assert value(samples, "chirrup_http_request_seconds_count", status="2xx", **route) == 2
    assert value(samples, "chirrup_http_shortcuts_total", route="/api/v1/feed") == 1


async def test_the_metrics_of_a_fan_out_say_whom_it_reached(community: Community) -> None:
    wren, robin, finch = await community.people("wren", "robin", "finch")
    await robin.follow(wren)
    await finch.follow(wren)
    await robin.get("/feed")
    await community.settle()
    await wren.publish("tseep")
    await community.settle()
    samples = await measures(community)
    assert value(samples, "chirrup_fanout_visits_total") == 2
    assert value(samples, "chirrup_fanout_deliveries_total") == 1
    assert value(samples, "chirrup_timeline_rebuilds_total") == 1
    assert value(samples, "chirrup_events_handled_total", consumer="timelines.fan_out") == 1


@pytest.mark.settings(fanout_threshold=5_000)
async def test_late_deliveries_and_the_threshold_that_they_leave_are_told(community: Community) -> None:
    quiet = await measures(community)
    assert value(quiet, "chirrup_fanout_threshold") == 5_000
    app = community.app
    app.fan_out.pressure.measure("steps", [app.clock.now() - 60_000])
    samples = await measures(community)
    assert value(samples, "chirrup_fanout_lateness_seconds") > value(quiet, "chirrup_fanout_lateness_seconds")
    assert value(samples, "chirrup_fanout_threshold") == 1_000


async def test_consumers_that_are_through_have_no_lag(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await robin.follow(wren)
    post = await wren.publish("tseep")
    await robin.post(f"/posts/{post['id']}/like")
    await community.settle()
    deadline = time.monotonic() + 10
    # a consumer that wants none of the events writes down in a quiet moment that they are behind it
    while any((lags := await lags_of(community)).values()):
        assert time.monotonic() < deadline, lags
        await asyncio.sleep(0.05)
    assert set(lags) >= CONSUMERS
    assert value(await measures(community), "chirrup_outbox_pending") == 0


async def test_what_the_cache_had_and_had_not_is_told_by_space(community: Community) -> None:
    wren = await community.person("wren")
    post = await wren.publish("tseep")
    before = await measures(community)
    for _ in range(2):
        await wren.get(f"/posts/{post['id']}")
    after = await measures(community)

    def grown(**labels: str) -> float:
        name = "chirrup_cache_requests_total"
        return value(after, name, **labels) - value(before, name, **labels)

    assert grown(space="card", result="hit") >= 1
    assert grown(space="card", result="hit") + grown(space="card", result="miss") == 2
    assert grown(space="card", result="error") == 0


async def test_without_the_database_the_other_measures_are_still_told(community: Community) -> None:
    async def fail(*_: object) -> None:
        raise Unavailable("The database cannot be used right now.")

    community.app.outbox.lag = fail  # type: ignore[assignment, method-assign]
    samples = await measures(community)
    names = {name for name, _ in samples}
    assert "process_resident_memory_bytes" in names
    assert not any(name.startswith(("chirrup_consumer", "chirrup_outbox")) for name in names)


async def test_a_metric_has_the_form_that_prometheus_asks_for(community: Community) -> None:
    await (await community.person("wren")).get("/feed")
    answer = await community.client().get(METRICS)
    helps = re.findall(r"^# HELP (\S+)", answer.text, re.MULTILINE)
    assert len(helps) == len(set(helps))
    assert answer.headers["content-type"].startswith("text/plain; version=")
