"""Coming and going."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import Nest
from tests.support import PASSWORD

pytestmark = pytest.mark.browser


def test_somebody_signs_up_and_is_at_home(nest: Nest) -> None:
    page = nest.visit("/register")
    page.get_by_label("Username").fill("wren")
    page.get_by_label("E-mail").fill("wren@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page).to_have_url(f"{nest.server.base}/")
    expect(page.get_by_role("textbox", name="New post")).to_be_visible()


def test_a_wrong_password_is_told_and_the_right_one_lets_in(nest: Nest) -> None:
    wren = nest.member("wren")
    page = nest.visit("/login")
    page.get_by_label("Username or e-mail").fill(wren.username)
    page.get_by_label("Password", exact=True).fill("not this one")
    nest.expect_failed_requests()
    page.get_by_role("button", name="Log in").last.click()
    expect(page.get_by_text("Username or password is wrong.")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").last.click()
    expect(page.get_by_role("textbox", name="New post")).to_be_visible()


def test_a_session_outlives_a_reload_and_ends_with_logging_out(nest: Nest) -> None:
    page = nest.visit("/settings", nest.member("wren"))
    page.reload()
    expect(page.get_by_text("This device", exact=True)).to_be_visible()
    page.get_by_role("button", name="Log out", exact=True).last.click()
    expect(page.get_by_role("link", name="Log in").first).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("textbox", name="New post")).to_have_count(0)


def test_a_new_password_ends_the_sessions_of_other_devices(nest: Nest) -> None:
    wren = nest.member("wren")
    page, elsewhere = nest.visit("/settings", wren), nest.visit("/", wren)
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill("eleven feathers in a row")
    # the other page hears of its end at once, and asks for a new token in vain
    nest.expect_failed_requests()
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Password changed.")).to_be_visible()
    elsewhere.goto("/settings")
    expect(elsewhere.get_by_role("button", name="Change password")).to_have_count(0)
    login = {"username": wren.username, "password": "eleven feathers in a row"}
    assert page.context.request.post("/api/v1/auth/login", data=login).ok
