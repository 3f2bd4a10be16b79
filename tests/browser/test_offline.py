"""Without a connection, between versions, and on the reader's device."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watched
from tests.browser.people import Nest
from tests.support import Server

pytestmark = pytest.mark.browser

READY = "async () => { await navigator.serviceWorker.ready; return true }"
PUSH: dict[str, Any] = {
    "id": "7", "kind": "reply", "title": "robin replied to you", "body": "indeed", "path": "/notifications",
}  # fmt: skip
# a push service for the browser: the real ones are somewhere else
SUBSCRIBE = """
const subscription = {
  endpoint: "https://updates.push.services.mozilla.com/wpush/v2/a",
  options: {},
  unsubscribe: async () => { window.subscribed = null; return true },
  toJSON: () => ({ endpoint: subscription.endpoint, keys: {
    p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth: "BTBZMqHH6r4Tts7J_aSIgg",
  } }),
};
PushManager.prototype.getSubscription = async () => window.subscribed ?? null;
PushManager.prototype.subscribe = async () => (window.subscribed = subscription);
"""


def with_worker(nest: Nest, path: str = "/", **options: Any) -> Page:
    """Open a page whose service worker is at work."""
    page = nest.visit(path, **options)
    assert page.evaluate(READY)
    return page


def test_a_page_that_cannot_be_reached_says_so_and_comes_back(own_nest: Nest) -> None:
    page = with_worker(own_nest, "/discover", as_member=own_nest.member("wren"))
    own_nest.expect_failed_requests()
    own_nest.server.stop()
    page.goto("/notifications")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    own_nest.server.start()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Notifications")).to_be_visible()


def test_documents_are_never_taken_from_the_devices_store(nest: Nest) -> None:
    page = with_worker(nest)
    kept = page.evaluate(
        """async () => {
          const names = await caches.keys();
          const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
          return keys.flat().map(({ url }) => new URL(url).pathname);
        }"""
    )
    assert "/offline.html" in kept
    assert [path for path in kept if not path.startswith("/assets/")] == ["/offline.html"]


def test_the_program_can_be_installed(nest: Nest) -> None:
    page = with_worker(nest)
    manifest = page.request.get("/manifest.webmanifest").json()
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).ok
    found = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")
    assert [error["errorId"] for error in found["installabilityErrors"] if error["errorId"] != "in-incognito"] == []


def test_what_is_pushed_shows_and_leads_to_its_page(nest: Nest) -> None:
    page = with_worker(nest, "/discover", as_member=nest.member("wren"))
    page.context.grant_permissions(["notifications"])
    session = page.context.new_cdp_session(page)
    registrations: list[str] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(
        one["registrationId"] for one in event["registrations"] if one["scopeURL"].startswith(nest.server.base)
    ))  # fmt: skip
    session.send("ServiceWorker.enable")
    for _ in range(50):
        if registrations:
            break
        page.wait_for_timeout(100)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": nest.server.base, "registrationId": registrations[-1], "data": json.dumps(PUSH)},
    )
    shown = """async () => {
      const worker = await navigator.serviceWorker.ready;
      return (await worker.getNotifications()).map(({ title, tag }) => [title, tag]);
    }"""
    for _ in range(50):
        if page.evaluate(shown):
            break
        page.wait_for_timeout(100)
    assert page.evaluate(shown) == [["robin replied to you", "7"]]


def test_push_is_turned_on_and_off_in_the_settings(browser: Browser, start_server: Callable[..., Server]) -> None:
    server = start_server(CHIRRUP_PUSH_CONTACT="mailto:ops@example.org", CHIRRUP_RATE_LIMITS="off")
    with watched(Nest(server, browser)) as nest:
        page = nest.visit("/discover", nest.member("wren"))
        page.context.add_init_script(SUBSCRIBE)
        page.context.grant_permissions(["notifications"])
        page.goto("/settings")
        with page.expect_response("**/push/device") as answered:
            page.get_by_role("button", name="Turn on").click()
        assert answered.value.status == 204
        expect(page.get_by_text("Notifications are pushed to this device, also")).to_be_visible()
        page.get_by_role("button", name="Turn off").click()
        expect(page.get_by_text("Have notifications pushed")).to_be_visible()


def test_the_settings_say_why_nothing_can_be_pushed(nest: Nest) -> None:
    page = nest.visit("/settings", nest.member("wren"))
    expect(page.get_by_text("This server does not push notifications.")).to_be_visible()
    page.add_init_script("delete window.PushManager")
    page.reload()
    expect(page.get_by_text("This browser cannot receive notifications while Chirrup is closed.")).to_be_visible()
