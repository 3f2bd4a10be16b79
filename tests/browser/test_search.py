"""Finding: suggestions while one types, results, filters, and what is kept of it; hashtags."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import faults
from tests.browser.people import PHONE, WIDE, Nest, card, feed

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def field(page: Page) -> Locator:
    """Return the field of the search."""
    return page.get_by_role("combobox", name="Search Chirrup")


def search(page: Page, text: str) -> None:
    """Search for a text."""
    field(page).fill(text)
    field(page).press("Enter")


def test_typing_suggests_people_who_are_opened_by_keyboard(nest: Nest) -> None:
    robin = nest.member("robin")
    page = nest.visit("/discover", nest.member("wren"))
    expect(field(page)).to_be_visible()
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    page.keyboard.type(robin.username[:-2])
    expect(page.get_by_role("option", name=f"@{robin.username}")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = field(page).get_attribute("aria-activedescendant")
    expect(page.locator(f"[id='{chosen}']")).to_contain_text(robin.username)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{nest.server.base}/@{robin.username}")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_a_post_is_found_read_and_come_back_from_without_a_mouse(nest: Nest) -> None:
    wren = nest.member("wren")
    post = wren.publish(f"eggs of {wren.username}, speckled")
    page = nest.visit("/", wren)
    expect(card(page, "speckled")).to_be_visible()
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    page.keyboard.type(f"speckled {wren.username}")
    page.keyboard.press("Enter")
    expect(card(page, "speckled")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("j")
    expect(card(page, "speckled")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{nest.server.base}/@{wren.username}/{post['id']}")
    page.go_back()
    expect(field(page)).to_have_value(f"speckled {wren.username}")
    expect(card(page, "speckled")).to_be_focused()


def test_escape_closes_the_suggestions_and_then_empties_the_field(nest: Nest) -> None:
    robin = nest.member("robin")
    page = nest.visit("/search")
    field(page).type(robin.username)
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(field(page)).to_have_value(robin.username)
    page.keyboard.press("Escape")
    expect(field(page)).to_have_value("")


def test_posts_people_and_hashtags_have_tabs_and_posts_two_orders(nest: Nest) -> None:
    wren = nest.member("wren")
    wren.publish(f"{wren.username} and much more that is said at some length")
    wren.publish(f"#{wren.username}")
    page = nest.visit("/search")
    search(page, wren.username)
    expect(feed(page).get_by_role("article")).to_have_count(2)
    page.get_by_role("link", name="Newest").click()
    expect(page).to_have_url(re.compile("sort=newest"))
    expect(feed(page).get_by_role("article").first).to_contain_text(f"#{wren.username}")
    page.get_by_role("link", name="People").click()
    expect(page.get_by_role("list", name=re.compile("People found"))).to_contain_text(f"@{wren.username}")
    page.get_by_role("link", name="Hashtags").click()
    page.get_by_role("link", name=re.compile(f"#{wren.username}.*1 post")).click()
    expect(page).to_have_url(f"{nest.server.base}/hashtag/{wren.username}")
    expect(feed(page).get_by_role("article")).to_have_count(1)


def test_a_query_that_is_not_understood_says_why_at_the_field(nest: Nest) -> None:
    nest.expect_failed_requests("/search")
    page = nest.visit("/search")
    search(page, 'yaffle "speckled')
    expect(field(page)).to_have_accessible_description("The quotation mark before speckled is not closed.")
    expect(field(page)).to_be_focused()
    search(page, 'yaffle "speckled"')
    expect(page.get_by_role("heading", name="No posts for")).to_be_visible()
    expect(field(page)).to_have_accessible_description("")


def test_filters_write_the_query_and_are_taken_off_again(nest: Nest) -> None:
    wren, robin = nest.member("wren"), nest.member("robin")
    word = f"nest{wren.username}"
    wren.publish(f"{word} of mine https://example.org/nest")
    robin.publish(f"{word} of ours")
    page = nest.visit(f"/search?q={word}")
    expect(feed(page).get_by_role("article")).to_have_count(2)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("button", name="Links").click()
    expect(field(page)).to_have_value(f"{word} has:links")
    expect(feed(page).get_by_role("article")).to_have_count(1)
    page.get_by_label("From").fill(robin.username)
    expect(field(page)).to_have_value(f"{word} has:links from:{robin.username}")
    page.get_by_label("Since").fill("2026-01-01")
    expect(page.get_by_role("heading", name="No posts for")).to_be_visible()
    page.get_by_role("link", name="Search without filters").click()
    expect(field(page)).to_have_value(word)
    expect(page.get_by_label("From")).to_have_value("")
    expect(feed(page).get_by_role("article")).to_have_count(2)


def test_recent_searches_stay_on_the_device_until_they_are_cleared(nest: Nest) -> None:
    page = nest.visit("/search", nest.member("wren"))
    for text in ("speckled yaffle", "blue yaffle"):
        search(page, text)
        expect(page.get_by_role("heading", name=f"No posts for “{text}”")).to_be_visible()
    page.goto("/search")
    recent = page.get_by_role("region", name="Recent searches")
    expect(recent.get_by_role("link")).to_have_text(["blue yaffle", "speckled yaffle"])
    page.get_by_role("button", name="Remove “blue yaffle”").click()
    expect(recent.get_by_role("link")).to_have_text(["speckled yaffle"])
    page.get_by_role("button", name="Clear all").click()
    expect(recent).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Say more exactly")).to_be_visible()
    expect(recent).to_have_count(0)


def test_a_hashtag_in_a_post_leads_to_its_page_whatever_its_spelling(nest: Nest) -> None:
    wren = nest.member("wren")
    tag = f"Frühling{wren.username}"
    wren.publish(f"first #{tag}")
    wren.publish(f"second #{tag.upper()}")
    page = nest.visit("/", wren)
    page.get_by_role("link", name=f"#{tag}", exact=True).click()
    expect(page.get_by_role("heading", name=f"#{tag}", level=1)).to_be_focused()
    expect(feed(page).get_by_role("article")).to_have_count(2)
    page.reload()
    expect(feed(page).get_by_role("article")).to_have_count(2)


def test_a_hashtag_without_posts_offers_to_write_one(nest: Nest) -> None:
    wren = nest.member("wren")
    page = nest.visit(f"/hashtag/only{wren.username}", wren)
    page.get_by_role("button", name="Post with").click()
    composer = page.get_by_role("dialog").get_by_role("textbox", name="New post")
    expect(composer).to_have_value(f"#only{wren.username} ")


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_suggestions_and_filters_have_no_fault_that_axe_knows(
    nest: Nest, scheme: str, viewport: dict[str, int]
) -> None:
    nest.expect_failed_requests("/search")
    robin = nest.member("robin")
    robin.publish(f"an egg #{robin.username}")
    page = nest.visit("/search", robin, color_scheme=scheme, viewport=viewport)
    search(page, "egg lang:english")
    expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()
    found = faults(page)
    search(page, "egg")
    expect(feed(page).get_by_role("article").first).to_be_visible()
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_label("From")).to_be_visible()
    found += faults(page)
    field(page).fill(robin.username)
    expect(page.get_by_role("option", name=f"@{robin.username}")).to_be_visible()
    field(page).press("ArrowDown")
    assert found + faults(page) == []


def test_suggestions_and_filters_fit_320_pixels_with_text_at_200_percent(nest: Nest) -> None:
    robin = nest.member("robin")
    page = nest.visit("/search?q=egg", viewport=NARROW)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_label("From")).to_be_visible()
    assert page.evaluate(_TOO_WIDE) <= 0
    field(page).fill(robin.username)
    option = page.get_by_role("option", name=f"@{robin.username}")
    expect(option).to_be_visible()
    assert page.evaluate(_TOO_WIDE) <= 0
    option.click()
    expect(page).to_have_url(f"{nest.server.base}/@{robin.username}")
