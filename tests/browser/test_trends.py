"""What trends, where people look for it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import expect

from chirrup.entrypoints.worker import working
from chirrup.settings import Settings
from tests.browser.axe import faults
from tests.browser.people import PHONE, Nest, feed
from tests.support import settled

pytestmark = pytest.mark.browser


def rank(data_dir: Path) -> None:
    """Make the lists of what trends, in which accounts count however new they are."""

    async def run() -> None:
        async with working(Settings(data_dir=data_dir, trend_account_days=0)) as app:
            await settled(app)
            await app.trending.ranker.rank()

    # the browser's event loop keeps others from running in this thread
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, run()).result()


def test_trends_stand_beside_pages_or_on_discover_and_say_why(own_nest: Nest) -> None:
    birds = [own_nest.member(name) for name in ("wren", "robin", "lark")]
    for bird in birds:
        bird.publish("the first of the year #Swallow")
        bird.publish("worth reading https://example.org/swallows")
    own_nest.server.stop()
    rank(own_nest.server.data_dir)
    own_nest.server.start()

    wide = own_nest.visit("/", birds[0])
    beside = wide.get_by_role("region", name="Trending")
    expect(beside.get_by_role("listitem")).to_have_count(2)
    expect(beside).to_contain_text("3 people · since")
    link = beside.get_by_role("link", name="example.org/swallows")
    expect(link).to_have_attribute("href", "https://example.org/swallows")
    beside.get_by_role("link", name="#Swallow").click()
    expect(feed(wide).get_by_role("article")).to_have_count(3)

    phone = own_nest.visit("/discover", viewport=PHONE)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url) if "/trends" in request.url else None)
    phone.reload()
    here = phone.get_by_role("region", name="Trending on this server")
    expect(here).to_contain_text("the first of the year")
    assert asked == []
    assert faults(wide) + faults(phone) == []
    here.get_by_role("link", name="#Swallow", exact=True).click()
    expect(phone.get_by_role("heading", name="#Swallow", level=1)).to_be_focused()
