"""Reading: nothing moves but by the reader, and everything is there."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import PHONE, Member, Nest, card, feed

pytestmark = pytest.mark.browser
MANY = 45
NEWS = re.compile(r"^\d+\+? new post")


def reader_of(nest: Nest, posts: int) -> tuple[Member, Member]:
    """Return an author of numbered posts, and somebody who follows the author."""
    jay, owl = nest.member("jay"), nest.member("owl")
    owl.follow(jay)
    for number in range(posts):
        jay.publish(f"acorn {number:03}")
    return jay, owl


def read_down_to(page: Page, text: str) -> Locator:
    """Scroll until a post is near the top of the window, as a reader does."""
    wanted = card(page, text)
    for _ in range(60):
        if wanted.count() and 0 < top(wanted) < 500:
            return wanted
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(60)
    raise AssertionError(f"{text} did not come into view")


def top(wanted: Locator) -> float:
    """Return how far a post is below the top of the window, in pixels."""
    box = wanted.bounding_box()
    assert box is not None
    return box["y"]


def wait_for_marker(reader: Member, page: Page) -> None:
    """Wait until the server knows a reading position below the newest post."""
    newest = reader.get("/feed", limit=1)["items"][0]["id"]
    for _ in range(100):
        marker = reader.get("/markers")["home"]
        if marker is not None and int(marker["post_id"]) < int(newest):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the reading position did not reach the server")


def test_scrolling_shows_every_post_once_and_tells_the_end(nest: Nest) -> None:
    _, owl = reader_of(nest, MANY)
    page = nest.visit("/", owl)
    expect(feed(page)).to_be_visible()
    for _ in range(40):
        if page.get_by_text("You have reached the beginning.").is_visible():
            break
        page.mouse.wheel(0, 1500)
        page.wait_for_timeout(100)
    expect(page.get_by_text("You have reached the beginning.")).to_be_visible()
    texts = [text[:9] for text in feed(page).locator("[id$=-text]").all_text_contents()]
    assert texts == [f"acorn {number:03}" for number in reversed(range(MANY))]


def test_a_reload_lands_where_reading_stopped_with_newer_posts_counted_above(nest: Nest) -> None:
    jay, owl = reader_of(nest, MANY)
    page = nest.visit("/", owl)
    before = top(read_down_to(page, "acorn 015"))
    wait_for_marker(owl, page)
    jay.publish("a walnut")
    page.reload()
    expect(card(page, "acorn 015")).to_be_in_viewport()
    assert abs(top(card(page, "acorn 015")) - before) < 60
    pill = page.get_by_role("button", name=NEWS)
    expect(pill).to_be_visible()
    pill.click()
    expect(card(page, "a walnut")).to_be_in_viewport()


def test_another_device_opens_where_reading_stopped(nest: Nest) -> None:
    _, owl = reader_of(nest, MANY)
    page = nest.visit("/", owl)
    read_down_to(page, "acorn 015")
    wait_for_marker(owl, page)
    other = nest.visit("/", owl, viewport=PHONE)
    expect(card(other, "acorn 015")).to_be_in_viewport()
    expect(card(other, "acorn 044")).not_to_be_in_viewport()


def test_new_posts_are_counted_and_never_move_what_is_read(nest: Nest) -> None:
    jay, owl = reader_of(nest, 30)
    page = nest.visit("/", owl)
    page.clock.install()
    page.goto("/")
    wanted = card(page, "acorn 020")
    wanted.scroll_into_view_if_needed()
    expect(wanted).to_be_in_viewport()
    before = top(wanted)
    jay.publish("a walnut")
    page.clock.fast_forward(60_000)
    expect(page.get_by_role("button", name=NEWS)).to_be_visible()
    assert abs(top(wanted) - before) < 2


def test_going_back_from_a_thread_lands_on_the_post_one_left(nest: Nest) -> None:
    _, owl = reader_of(nest, 30)
    page = nest.visit("/", owl)
    before = top(read_down_to(page, "acorn 010"))
    card(page, "acorn 010").get_by_role("link").filter(has=page.locator("time")).click()
    expect(page).to_have_url(re.compile("/@jay"))
    page.go_back()
    expect(card(page, "acorn 010")).to_be_in_viewport()
    assert abs(top(card(page, "acorn 010")) - before) < 60


def test_a_thread_shows_what_came_before_and_leaves_a_gap_for_what_was_deleted(nest: Nest) -> None:
    jay, owl = nest.member("jay"), nest.member("owl")
    first = jay.publish("who hid the acorns")
    second = owl.publish("not me", reply_to=first["id"])
    third = jay.publish("somebody did", reply_to=second["id"])
    owl.publish("look below the oak", reply_to=third["id"])
    owl.client.delete(f"/posts/{second['id']}")
    page = nest.visit(f"/@{jay.username}/{third['id']}")
    for text in ("who hid the acorns", "somebody did", "look below the oak", "This post is no longer here."):
        expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_text("not me")).to_have_count(0)


def test_what_is_not_there_says_so(nest: Nest) -> None:
    nest.expect_failed_requests()
    page = nest.visit("/no/such/page")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    page.goto("/@nobody_by_that_name")
    expect(page.get_by_text("No such account")).to_be_visible()
    page.goto("/@nobody_by_that_name/1")
    expect(page.get_by_text("This post is not here")).to_be_visible()
    assert page.request.get("/no/such/page").status == 404
