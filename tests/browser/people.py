"""People with browsers: members of a served community, made over HTTP, and the pages that they look at."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

from tests.support import API, PASSWORD, Server

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SOON = 10_000
"""Milliseconds that a page has for what it must show."""
SOCKET = re.compile(r"/api/v1/live$")
STREAM = re.compile(r"/api/v1/live/events")


@dataclass
class Member:
    """Somebody with an account."""

    id: str
    username: str
    client: httpx.Client

    def post(self, path: str, **body: Any) -> Any:
        """Post a JSON body, and return the decoded answer."""
        answer = self.client.post(path, json=body or None)
        assert answer.is_success, f"POST {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def get(self, path: str, **params: Any) -> Any:
        """Return what is at an address."""
        answer = self.client.get(path, params=params)
        assert answer.is_success, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def publish(self, text: str, **fields: Any) -> dict[str, Any]:
        """Publish a post, a reply (`reply_to=`) or a quote (`quote_of=`), and return it."""
        made: dict[str, Any] = self.post("/posts", text=text, **fields)
        return made

    def upload(self, content: bytes, alt: str = "") -> str:
        """Upload a picture, and return its id."""
        answer = self.client.post("/media", files={"file": ("wren.png", content)}, data={"alt": alt})
        assert answer.status_code == 201, answer.text
        media_id: str = answer.json()["id"]
        return media_id

    def attachments(self) -> list[list[dict[str, Any]]]:
        """Return the images of what this person has posted, newest first."""
        return [item["attachments"] for item in self.get(f"/users/{self.username}/posts", limit=100)["items"]]

    def follow(self, other: "Member") -> None:
        """Follow somebody."""
        self.post(f"/users/{other.username}/follow")

    def texts(self) -> list[str]:
        """Return the texts of what this person has posted, newest first."""
        items = self.get(f"/users/{self.username}/posts", limit=100, replies=True)["items"]
        return [item["text"] for item in items]


@dataclass
class Nest:
    """A served community, and a browser to look at it; what a page complains about fails the test."""

    server: Server
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    clients: list[httpx.Client] = field(default_factory=list)
    may_fail: str | None = None

    def member(self, name: str) -> Member:
        """Register somebody whose username begins with a name and whose password is PASSWORD."""
        username = f"{name}_{secrets.token_hex(4)}"
        client = httpx.Client(base_url=self.server.base + API, timeout=20)
        self.clients.append(client)
        body = {"username": username, "email": f"{username}@example.org", "password": PASSWORD}
        answer = client.post("/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        granted = answer.json()
        client.headers["Authorization"] = f"Bearer {granted['access_token']}"
        return Member(granted["user"]["id"], username, client)

    def visit(self, path: str = "/", as_member: Member | None = None, **options: Any) -> Page:
        """Open a page in a browser of its own, logged in or as a visitor."""
        context = self.browser.new_context(base_url=self.server.base, **{"viewport": WIDE, "locale": "en-US"} | options)
        context.set_default_timeout(SOON)
        if as_member is not None:
            body = {"username": as_member.username, "password": PASSWORD, "use_cookie": True}
            assert context.request.post(f"{API}/auth/login", data=body).ok
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.goto(path)
        return page

    def expect_failed_requests(self, to: str = "") -> None:
        """Let requests to addresses with this in them fail; sooner or later the browser writes that to its console."""
        self.may_fail = to

    def _listen(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        failed = message.text.startswith(("Failed to load resource", "WebSocket connection to"))
        expected = failed and self.may_fail is not None and self.may_fail in url
        blocked = "registration blocked by Playwright" in message.text
        if message.type in {"error", "warning"} and not expected and not blocked:
            self.complaints.append(f"{url}: {message.text}")


def feed(page: Page) -> Locator:
    """Return the list of posts."""
    return page.get_by_role("feed")


def card(page: Page, text: str) -> Locator:
    """Return the post with a text."""
    return page.get_by_role("article").filter(has_text=text)


def write(page: Page, text: str, *, label: str = "New post") -> None:
    """Fill the composer that is open."""
    page.get_by_role("textbox", name=label).filter(visible=True).last.fill(text)
