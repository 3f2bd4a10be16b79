"""What a load balancer asks."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from chirrup.bootstrap import Application
from chirrup.entrypoints import service
from chirrup.entrypoints.api import create_api
from chirrup.entrypoints.service import Lifecycle
from chirrup.platform.errors import Unavailable


async def well() -> None:
    """Answer."""


async def broken() -> None:
    """Refuse."""
    raise Unavailable("Nobody is at home.")


async def ask(app: Application, path: str = "/health/ready", *, lifecycle: Lifecycle | None = None) -> httpx.Response:
    """Return the answer of an application."""
    api: Any = create_api(app, lifecycle)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://chirrup.test") as client:
        return await client.get(path)


async def test_a_process_that_answers_is_alive(app: Application) -> None:
    answer = await ask(replace(app, checks={"database": broken}), "/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_a_server_whose_dependencies_are_well_is_ready(app: Application) -> None:
    deadline = time.monotonic() + 30
    # a replica is left out for a moment whenever it lags
    while set((answer := await ask(app)).json()["dependencies"].values()) != {"ok"}:
        assert time.monotonic() < deadline, answer.text
        await asyncio.sleep(0.2)
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert set(answer.json()["dependencies"]) >= {"database"}


async def test_without_its_database_a_server_is_not_ready(app: Application) -> None:
    answer = await ask(replace(app, checks={"database": broken, "redis": well}))
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not ready",
        "dependencies": {"database": "Nobody is at home.", "redis": "ok"},
    }


@pytest.mark.parametrize("name", ["replica", "redis", "bus", "registry", "search"])
async def test_without_another_dependency_it_is_ready_and_says_what_is_missing(app: Application, name: str) -> None:
    answer = await ask(replace(app, checks={"database": well, name: broken}))
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "dependencies": {"database": "ok", name: "Nobody is at home."}}


async def test_silent_dependencies_are_waited_for_together_and_not_long(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = most = 0

    async def silent() -> None:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        try:
            await asyncio.Event().wait()
        finally:
            waiting -= 1

    monkeypatch.setattr(service, "CHECK_SECONDS", 0.5)
    checks = dict.fromkeys(("database", "redis", "bus"), silent)
    answer = await asyncio.wait_for(ask(replace(app, checks=checks)), 30)
    assert answer.status_code == 503
    assert (most, waiting) == (3, 0)
    assert set(answer.json()["dependencies"].values()) == {"no answer within 0.5 seconds"}


async def test_a_server_that_is_about_to_stop_says_so(app: Application) -> None:
    answer = await ask(app, lifecycle=Lifecycle(stopping=True))
    assert answer.status_code == 503
    assert answer.json()["status"] == "stopping"
    assert (await ask(app, "/health", lifecycle=Lifecycle(stopping=True))).status_code == 200
