"""Everything by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import Nest, card

pytestmark = pytest.mark.browser


def test_reading_liking_and_answering_need_no_mouse(nest: Nest) -> None:
    wren, robin = nest.member("wren"), nest.member("robin")
    robin.follow(wren)
    wren.publish("the first")
    wren.publish("the second")
    page = nest.visit("/", robin)
    expect(card(page, "the second")).to_be_visible()
    page.keyboard.press("j")
    expect(card(page, "the second")).to_be_focused()
    page.keyboard.press("j")
    expect(card(page, "the first")).to_be_focused()
    with page.expect_response("**/like"):
        page.keyboard.press("l")
    page.keyboard.press("k")
    expect(card(page, "the second")).to_be_focused()
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Your reply")).to_be_focused()
    page.keyboard.type("heard")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Reply posted.")).to_be_visible()
    assert robin.texts() == ["heard"]
    liked = robin.get(f"/users/{robin.username}/likes")["items"]
    assert [post["text"] for post in liked] == ["the first"]


def test_the_help_lists_the_keys_and_gives_the_focus_back(nest: Nest) -> None:
    page = nest.visit("/", nest.member("wren"))
    expect(page.get_by_role("textbox", name="New post")).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("Next post")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page).to_have_url(f"{nest.server.base}/discover")
    page.keyboard.press("n")
    expect(page.get_by_role("dialog").get_by_role("textbox", name="New post")).to_be_focused()


def test_letters_are_letters_while_writing(nest: Nest) -> None:
    wren = nest.member("wren")
    page = nest.visit("/", wren)
    field = page.get_by_role("textbox", name="New post")
    field.focus()
    page.keyboard.type("just n? right, let go")
    expect(field).to_have_value("just n? right, let go")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_first_tab_stop_skips_to_the_content(nest: Nest) -> None:
    page = nest.visit("/discover")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
