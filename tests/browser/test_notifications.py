"""The page of notifications, and what is chosen about them."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Member, Nest

pytestmark = pytest.mark.browser


@pytest.fixture
def wren(nest: Nest) -> Member:
    """Wren, whose post three people like, one of whom answers and follows."""
    wren = nest.member("wren")
    post = wren.publish("the first swallows are back")
    for name in ("robin", "jay", "owl"):
        nest.member(name).post(f"/posts/{post['id']}/like")
    finch = nest.member("finch")
    finch.publish("I have seen them too", reply_to=post["id"])
    finch.follow(wren)
    wait_for(wren, 3)
    return wren


def wait_for(member: Member, notifications: int) -> None:
    """Wait until so many notifications are there."""
    for _ in range(400):
        if member.get("/notifications/unread-count")["count"] >= notifications:
            return
        time.sleep(0.05)
    raise AssertionError("the notifications did not come")


def rows(page: Page) -> list[str]:
    """Return what the rows say."""
    return page.get_by_role("article").all_text_contents()


def test_likes_of_one_post_are_one_row_that_leads_to_it(nest: Nest, wren: Member) -> None:
    page = nest.visit("/notifications", wren)
    liked = page.get_by_role("article").filter(has_text="liked your post")
    expect(liked).to_have_count(1)
    expect(liked).to_contain_text("and 2 others liked your post")
    liked.get_by_text("the first swallows are back").click()
    expect(page.get_by_role("heading", name="Post")).to_be_visible()
    expect(page.get_by_role("link", name="Notifications, 2 unread").first).to_be_visible()


def test_all_are_read_at_once_and_stay_so(nest: Nest, wren: Member) -> None:
    page = nest.visit("/notifications", wren)
    expect(page.get_by_role("link", name="Notifications, 3 unread").first).to_be_visible()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("link", name="Notifications", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="Mark as read")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("article")).to_have_count(3)
    expect(page.get_by_role("button", name="Mark as read")).to_have_count(0)


def test_one_is_read_alone(nest: Nest, wren: Member) -> None:
    page = nest.visit("/notifications", wren)
    followed = page.get_by_role("article").filter(has_text="followed you")
    followed.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_role("link", name="Notifications, 2 unread").first).to_be_visible()
    expect(page).to_have_url(f"{nest.server.base}/notifications")


def test_filters_list_only_their_types(nest: Nest, wren: Member) -> None:
    page = nest.visit("/notifications", wren)
    expect(page.get_by_role("article")).to_have_count(3)
    filters = page.get_by_role("navigation", name="Show")
    filters.get_by_role("link", name="Replies").click()
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_role("article")).to_contain_text("replied to you")
    filters.get_by_role("link", name="Retweets").click()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()


def test_the_page_is_reached_and_read_by_keyboard(nest: Nest, wren: Member) -> None:
    page = nest.visit("/discover", wren)
    expect(page.get_by_role("heading", name="Discover")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("n")
    expect(page).to_have_url(f"{nest.server.base}/notifications")
    expect(page.get_by_role("feed", name="What others did")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("article").nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("article").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Post")).to_be_visible()


def test_a_type_that_is_not_wanted_is_not_listed(nest: Nest, wren: Member) -> None:
    page = nest.visit("/settings", wren)
    switch = page.get_by_role("switch", name="Likes: show")
    expect(switch).to_be_checked()
    with page.expect_response("**/notifications/preferences"):
        switch.focus()
        page.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    page.goto("/notifications")
    expect(page.get_by_role("article").first).to_be_visible()
    assert not [row for row in rows(page) if "liked" in row]


def test_the_number_on_the_bell_is_one_line(nest: Nest, wren: Member) -> None:
    finch = nest.member("finch")
    for number in range(9):
        finch.publish(f"@{wren.username}, this is number {number}")
    wait_for(wren, 12)
    page = nest.visit("/", wren)
    bell = page.locator("[data-count='12']").filter(visible=True)
    expect(bell).to_be_visible()
    assert bell.evaluate("element => element.scrollHeight <= element.clientHeight")
