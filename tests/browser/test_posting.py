"""Writing, and what can be done to a post."""

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.browser.people import Member, Nest, card, write
from tests.support import API

pytestmark = pytest.mark.browser


def two(nest: Nest) -> tuple[Member, Member, Page]:
    """Return wren, whom robin follows, and robin's home, where a post of wren's stands."""
    wren, robin = nest.member("wren"), nest.member("robin")
    robin.follow(wren)
    wren.publish("a hole in the ivy")
    return wren, robin, nest.visit("/", robin)


def test_a_post_appears_at_home_and_on_the_profile(nest: Nest) -> None:
    wren = nest.member("wren")
    wren.publish("an older one")
    page = nest.visit("/", wren)
    write(page, "the dawn is early")
    page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(card(page, "the dawn is early")).to_be_visible()
    page.goto(f"/@{wren.username}")
    expect(card(page, "the dawn is early")).to_be_visible()
    assert wren.texts() == ["the dawn is early", "an older one"]


def test_a_follow_fills_the_home(nest: Nest) -> None:
    wren, robin = nest.member("wren"), nest.member("robin")
    wren.publish("a hole in the ivy")
    page = nest.visit(f"/@{wren.username}", robin)
    page.get_by_role("button", name="Follow").first.click()
    expect(
        page.get_by_role("button", name=f"Unfollow @{wren.username}").or_(page.get_by_text("Following")).first
    ).to_be_visible()
    page.goto("/")
    expect(card(page, "a hole in the ivy")).to_be_visible()


def test_a_reply_stands_in_the_thread(nest: Nest) -> None:
    wren, robin, page = two(nest)
    card(page, "a hole in the ivy").get_by_role("button", name="Reply").click()
    write(page, "mine is in the wall", label="Your reply")
    page.get_by_role("dialog").get_by_role("button", name="Reply", exact=True).click()
    expect(page.get_by_text("Reply posted.")).to_be_visible()
    card(page, "a hole in the ivy").get_by_role("link").filter(has=page.locator("time")).click()
    expect(page.get_by_text("mine is in the wall")).to_be_visible()
    assert robin.texts() == ["mine is in the wall"]
    assert wren.texts() == ["a hole in the ivy"]


def test_a_quote_carries_its_original(nest: Nest) -> None:
    _, robin, page = two(nest)
    card(page, "a hole in the ivy").get_by_role("button", name="Retweet or quote").click()
    page.get_by_role("menuitem", name="Quote").click()
    write(page, "well said", label="Your words on it")
    page.get_by_role("dialog").get_by_role("button", name="Post", exact=True).click()
    expect(card(page, "well said")).to_contain_text("a hole in the ivy")
    assert robin.texts() == ["well said"]


def test_a_like_stays_after_a_reload_and_can_be_taken_back(nest: Nest) -> None:
    _, _, page = two(nest)
    like = card(page, "a hole in the ivy").get_by_role("button", name="Like")
    with page.expect_response("**/like"):
        like.click()
    page.reload()
    expect(like).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/unlike"):
        like.click()
    page.reload()
    expect(like).to_have_attribute("aria-pressed", "false")


def test_a_retweet_reaches_the_followers_of_who_retweets(nest: Nest) -> None:
    _, robin, page = two(nest)
    owl = nest.member("owl")
    owl.follow(robin)
    card(page, "a hole in the ivy").get_by_role("button", name="Retweet or quote").click()
    with page.expect_response("**/retweet"):
        page.get_by_role("menuitem", name="Retweet", exact=True).click()
    theirs = nest.visit("/", owl)
    expect(card(theirs, "a hole in the ivy")).to_contain_text("Retweeted by")


def test_a_deleted_post_is_gone_after_asking(nest: Nest) -> None:
    wren = nest.member("wren")
    wren.publish("said too much")
    page = nest.visit("/", wren)
    card(page, "said too much").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(card(page, "said too much")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("textbox", name="New post")).to_be_visible()
    expect(card(page, "said too much")).to_have_count(0)
    assert wren.texts() == []


def test_a_draft_outlives_a_reload(nest: Nest) -> None:
    page = nest.visit("/", nest.member("wren"))
    write(page, "half a thought")
    page.reload()
    expect(page.get_by_role("textbox", name="New post")).to_have_value("half a thought")


def test_what_could_not_be_sent_goes_out_once_when_the_server_is_back(own_nest: Nest) -> None:
    wren = own_nest.member("wren")
    page = own_nest.visit("/", wren)
    write(page, "into the storm")
    expect(page.get_by_role("main").get_by_role("button", name="Add images")).to_be_visible()
    own_nest.server.stop()
    own_nest.expect_failed_requests()
    page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_text("Not sent yet.")).to_be_visible()
    own_nest.server.start()
    page.get_by_role("button", name="Send now").click()
    expect(card(page, "into the storm")).to_be_visible()
    assert wren.texts() == ["into the storm"]


def test_a_post_whose_answer_was_lost_is_not_doubled(nest: Nest) -> None:
    wren = nest.member("wren")
    page = nest.visit("/", wren)
    lost: list[APIResponse] = []

    def lose_the_first_answer(route: Route) -> None:
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer)
            route.abort("connectionreset")

    page.route(f"**{API}/posts", lose_the_first_answer)
    nest.expect_failed_requests()
    write(page, "said once")
    page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(card(page, "said once")).to_be_visible()
    assert wren.texts() == ["said once"]
