"""Every page: accessible, quiet, steady, light, and usable at any size."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import faults
from tests.browser.people import PHONE, WIDE, Member, Nest, feed

pytestmark = pytest.mark.browser

SCRIPT_KIB = 150
SHIFT = 0.1
NARROW = {"width": 320, "height": 640}

# the sum of layout shifts without input, and the time of the largest paint so far, in milliseconds
_OBSERVE = """
window.vitals = { shift: 0, paint: 0 };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.vitals.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.vitals.paint = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
"""
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# what is fetched after the page has loaded is for later
_SCRIPT_BYTES = """
performance.getEntriesByType("resource")
  .filter((entry) => new URL(entry.name).pathname.endsWith(".js"))
  .filter((entry) => entry.startTime < performance.getEntriesByType("navigation")[0].loadEventStart)
  .reduce((sum, entry) => sum + entry.encodedBodySize, 0)
"""


@dataclass
class Village:
    """Some people who talk, and the addresses of all pages."""

    wren: Member
    paths: dict[str, str]


@pytest.fixture
def village(nest: Nest) -> Village:
    """Wren, who follows robin; a conversation, a retweet and a quote."""
    wren, robin = nest.member("wren"), nest.member("robin")
    wren.follow(robin)
    robin.follow(wren)
    first = robin.publish(f"The hedge is full of berries, @{wren.username}. #autumn https://example.org/berries")
    reply = wren.publish(
        "On my way. " + "Save me some of the red ones, they are the best of all. " * 3, reply_to=first["id"]
    )
    robin.publish("There are enough", reply_to=reply["id"])
    wren.post(f"/posts/{first['id']}/retweet")
    wren.publish("Quite a find", quote_of=first["id"])
    robin.publish("אחת שתיים שלוש — and a-very-long-word-" + "without-any-end-" * 8)
    profile = f"/@{robin.username}"
    paths = {
        "home": "/", "discover": "/discover", "notifications": "/notifications", "settings": "/settings",
        "profile": profile,
        "followers": f"{profile}/followers", "following": f"{profile}/following", "thread": f"{profile}/{first['id']}",
        "search": "/search", "found": "/search?q=berries", "hashtag": "/hashtag/autumn",
        "found people": f"/search?q={robin.username}&type=users", "found hashtags": "/search?q=aut&type=hashtags",
        "login": "/login", "register": "/register", "welcome": "/", "missing": "/no/such/page", "api": "/docs",
        "offline": "/offline.html",
    }  # fmt: skip
    return Village(wren, paths)


MEMBERS = ["home", "discover", "notifications", "settings", "profile", "followers", "following", "thread", "missing",
           "search", "found", "found people", "found hashtags", "hashtag"]  # fmt: skip
VISITORS = ["welcome", "login", "register", "api", "offline"]


def tour(nest: Nest, village: Village, **options: Any) -> Iterator[tuple[str, Page]]:
    """Yield every page by its name, settled, once to wren or, where wren would not get it, to a visitor."""
    nest.expect_failed_requests(village.paths["missing"])
    for viewer, names in ((village.wren, MEMBERS), (None, VISITORS)):
        page = nest.visit("/discover", viewer, **options)
        page.context.add_init_script(_OBSERVE)
        page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        for name in names:
            page.goto(village.paths[name])
            expect(page.get_by_role("main").get_by_role("heading").first).to_be_attached()
            page.wait_for_load_state("networkidle")
            yield name, page
        page.context.close()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_fault_that_axe_knows(
    nest: Nest, village: Village, scheme: str, viewport: dict[str, int]
) -> None:
    found = []
    for name, page in tour(nest, village, color_scheme=scheme, viewport=viewport):
        found += [f"{name}: {fault}" for fault in faults(page)]
    assert found == []


def test_no_page_scrolls_sideways_at_320_pixels_nor_with_text_at_200_percent(nest: Nest, village: Village) -> None:
    found = []
    for name, page in tour(nest, village, viewport=NARROW):
        for size in ("100%", "200%"):
            page.evaluate("(size) => { document.documentElement.style.fontSize = size }", size)
            page.wait_for_timeout(100)
            too_wide = page.evaluate(_TOO_WIDE)
            if too_wide > 0:
                found.append(f"{name}, text at {size}: {too_wide} px too wide")
    assert found == []


def test_no_page_shifts_while_it_loads(nest: Nest, village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    vitals = {name: page.evaluate("vitals") for name, page in tour(nest, village)}
    with capsys.disabled():
        for name, seen in vitals.items():
            print(f"\n  {name}: layout shift {seen['shift']:.3f}, largest paint after {seen['paint']:.0f} ms", end="")
    assert [name for name, seen in vitals.items() if seen["shift"] >= SHIFT] == []


def test_the_scripts_of_a_first_page_stay_within_their_budget(nest: Nest, village: Village) -> None:
    # what a service worker hands out has been sent before
    first = tour(nest, village, service_workers="block")
    sent = {name: page.evaluate(_SCRIPT_BYTES) / 1024 for name, page in first}
    assert sent["home"] > 0
    assert {name: kib for name, kib in sent.items() if kib > SCRIPT_KIB} == {}


def test_the_first_posts_are_in_the_document(nest: Nest, village: Village) -> None:
    page = nest.visit("/discover")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    page.goto("/", wait_until="load")
    expect(feed(page).get_by_role("article").first).to_be_visible()
    assert [url for url in asked if "/discover" in url] == []
