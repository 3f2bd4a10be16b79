"""A real browser before a real server process that serves the built web client."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from chirrup.settings import Settings
from tests.browser.people import SOON, Nest
from tests.support import Server

T = TypeVar("T")

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


# closed with the last test here: while it is open, its event loop keeps others from running in this thread
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    executable = _needed("chromium", shutil.which("chromium"))
    expect.set_options(timeout=SOON)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def shared_server(prepared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all tests that do not stop it; each makes members of its own."""
    root = tmp_path_factory.mktemp("browsed") / "data"
    shutil.copytree(prepared_data, root)
    server = Server(root, {"CHIRRUP_RATE_LIMITS": "off"}).start()
    yield server
    server.stop()


@pytest.fixture
def nest(browser: Browser, shared_server: Server) -> Iterator[Nest]:
    """A served community; afterwards no page may have complained, about its own policy or anything else."""
    with watched(Nest(shared_server, browser)) as nest:
        yield nest


@pytest.fixture
def own_nest(browser: Browser, server: Server) -> Iterator[Nest]:
    """The same with a server that the test may stop."""
    with watched(Nest(server, browser)) as nest:
        yield nest


@contextmanager
def watched(nest: Nest) -> Iterator[Nest]:
    """Yield it, close its pages, and fail if one of them has complained."""
    _needed("the built web client", (Settings().web_dir / "index.html").is_file())
    try:
        yield nest
    finally:
        for context in nest.browser.contexts:
            context.close()
        for client in nest.clients:
            client.close()
    assert nest.complaints == []


def _needed(what: str, found: T | None) -> T:
    """Skip where something is missing; in CI that is a failure."""
    if found:
        return found
    reason = f"{what} is missing; `make setup browser` says how to get it"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
