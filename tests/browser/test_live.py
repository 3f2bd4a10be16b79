"""What comes while somebody looks: posts, deletions, counts and notifications, over whatever way there is."""

import re

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.browser.people import SOCKET, STREAM, Member, Nest, card

pytestmark = pytest.mark.browser
NEWS = re.compile(r"^\d+\+? new post")


@pytest.fixture
def reader(nest: Nest) -> tuple[Member, Member]:
    """Jay, who has written 20 posts, and owl, who follows jay."""
    jay, owl = nest.member("jay"), nest.member("owl")
    owl.follow(jay)
    for number in range(20):
        jay.publish(f"acorn {number:03}")
    return jay, owl


def visit_live(nest: Nest, viewer: Member, path: str = "/") -> Page:
    """Open a page, and wait until it is told what changes."""
    page = nest.visit("/discover", viewer)
    heard: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    page.goto(path)
    for _ in range(100):
        if any("ready" in frame for frame in heard):
            return page
        page.wait_for_timeout(100)
    raise AssertionError("the page is not live")


def top(wanted: Locator) -> float:
    """Return how far a post is below the top of the window, in pixels."""
    box = wanted.bounding_box()
    assert box is not None
    return box["y"]


def test_a_new_post_is_a_pill_at_once_and_moves_nothing(nest: Nest, reader: tuple[Member, Member]) -> None:
    jay, owl = reader
    page = visit_live(nest, owl)
    first = card(page, "acorn 019")
    before = top(first)
    jay.publish("a walnut")
    pill = page.get_by_role("button", name=NEWS)
    expect(pill).to_have_text("1 new post")
    assert abs(top(first) - before) < 2
    pill.click()
    expect(card(page, "a walnut")).to_be_in_viewport()


def test_a_post_deleted_under_the_readers_eyes_leaves_its_room(nest: Nest, reader: tuple[Member, Member]) -> None:
    jay, owl = reader
    doomed = jay.publish("said too much")
    page = visit_live(nest, owl)
    expect(card(page, "said too much")).to_be_in_viewport()
    next_one = card(page, "acorn 019")
    before = top(next_one)
    jay.client.delete(f"/posts/{doomed['id']}")
    expect(page.get_by_text("This post is no longer here.")).to_be_visible()
    expect(page.get_by_text("said too much")).to_have_count(0)
    assert abs(top(next_one) - before) < 2
    page.mouse.wheel(0, 1500)
    expect(page.get_by_text("This post is no longer here.")).to_have_count(0)


def test_counts_of_posts_on_the_screen_follow(nest: Nest, reader: tuple[Member, Member]) -> None:
    jay, owl = reader
    newest = owl.get("/feed", limit=1)["items"][0]
    page = visit_live(nest, owl)
    expect(card(page, "acorn 019")).to_be_in_viewport()
    # what is on the screen is told a second after it has come there
    page.wait_for_timeout(2000)
    jay.post(f"/posts/{newest['id']}/like")
    expect(card(page, "acorn 019").get_by_role("button", name="Like, 1 like")).to_be_visible()


def test_without_websockets_a_post_comes_by_the_event_stream(nest: Nest, reader: tuple[Member, Member]) -> None:
    jay, owl = reader
    page = nest.visit("/discover", owl)
    refused: list[str] = []

    def refuse(route: WebSocketRoute) -> None:
        refused.append(route.url)
        route.close(code=1001)

    page.route_web_socket(SOCKET, refuse)
    with page.expect_response(STREAM):
        page.goto("/")
    expect(card(page, "acorn 019")).to_be_visible()
    page.wait_for_timeout(500)
    jay.publish("a walnut")
    expect(page.get_by_role("button", name=NEWS)).to_be_visible()
    assert refused


def test_without_any_live_way_the_page_asks_for_itself(nest: Nest, reader: tuple[Member, Member]) -> None:
    jay, owl = reader
    page = nest.visit("/discover", owl)
    nest.expect_failed_requests("/live/events")
    page.route_web_socket(SOCKET, lambda route: route.close(code=1001))
    page.route(STREAM, lambda route: route.abort())
    page.clock.install()
    page.goto("/")
    expect(card(page, "acorn 019")).to_be_visible()
    jay.publish("a walnut")
    page.clock.fast_forward(60_000)
    expect(page.get_by_role("button", name=NEWS)).to_be_visible()


def test_what_came_while_the_line_was_cut_is_there_once_it_stands_again(
    nest: Nest, reader: tuple[Member, Member]
) -> None:
    jay, owl = reader
    page = visit_live(nest, owl)
    expect(card(page, "acorn 019")).to_be_visible()
    nest.expect_failed_requests("")
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    jay.publish("a walnut")
    jay.publish("a hazelnut")
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.get_by_role("button", name=NEWS)).to_have_text("2 new posts")


def test_the_bell_counts_what_is_to_be_read(nest: Nest, reader: tuple[Member, Member]) -> None:
    jay, owl = reader
    page = visit_live(nest, jay, "/discover")
    newest = owl.get("/feed", limit=1)["items"][0]
    # the follow is there already
    expect(page.get_by_role("link", name="Notifications, 1 unread").first).to_be_visible()
    owl.post(f"/posts/{newest['id']}/like")
    expect(page.get_by_role("link", name="Notifications, 2 unread").first).to_be_visible()
