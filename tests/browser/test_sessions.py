"""Sessions that end or are renewed while somebody is at work."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import watched
from tests.browser.people import Member, Nest, card, write
from tests.support import API, PASSWORD, Server

pytestmark = pytest.mark.browser


def end_others(member: Member) -> None:
    """End the sessions of somebody's browsers."""
    for session in member.get("/auth/sessions")["items"]:
        if not session["current"]:
            member.client.delete(f"/auth/sessions/{session['id']}")


def test_the_end_of_a_session_is_noticed_at_once_and_what_is_typed_stays(nest: Nest) -> None:
    wren = nest.member("wren")
    page = nest.visit("/", wren)
    write(page, "kept through the night")
    nest.expect_failed_requests("/api/")
    end_others(wren)
    again = page.get_by_role("dialog", name="Log in again")
    again.get_by_label("Password", exact=True).fill(PASSWORD)
    again.get_by_role("button", name="Log in").click()
    expect(again).to_have_count(0)
    page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(card(page, "kept through the night")).to_be_visible()


def test_what_is_written_goes_out_once_after_logging_in_again(nest: Nest) -> None:
    wren = nest.member("wren")
    page = nest.visit("/", wren)
    nest.expect_failed_requests("/api/")

    def end_before_sending(route: Route) -> None:
        end_others(wren)
        route.continue_()

    page.route(f"**{API}/posts", end_before_sending, times=1)
    write(page, "kept through the night")
    page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    again = page.get_by_role("dialog", name="Log in again")
    again.get_by_label("Password", exact=True).fill(PASSWORD)
    again.get_by_role("button", name="Log in").click()
    expect(again).to_have_count(0)
    expect(card(page, "kept through the night")).to_be_visible()
    assert wren.texts() == ["kept through the night"]


def test_two_tabs_renew_one_session_without_ending_it(browser: Browser, start_server: Callable[..., Server]) -> None:
    with watched(Nest(start_server(CHIRRUP_ACCESS_TOKEN_SECONDS="1"), browser)) as nest:
        wren = nest.member("wren")
        # an expired token is refused once, and renewed
        nest.expect_failed_requests("/api/")
        tabs = [nest.visit("/", wren)]
        tabs.append(tabs[0].context.new_page())
        tabs[1].goto("/settings")
        for _ in range(3):
            for tab in tabs:
                tab.wait_for_timeout(1100)
                tab.get_by_role("link", name="Profile").first.click()
                expect(tab.get_by_role("button", name="Edit profile")).to_be_visible()
                tab.get_by_role("link", name="Settings").first.click()
                expect(tab.get_by_text("This device", exact=True)).to_be_visible()
        expect(tabs[0].get_by_role("dialog")).to_have_count(0)
