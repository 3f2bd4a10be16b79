"""People who go on when the server is gone, over plain HTTP."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support import PASSWORD, Client, Server


@dataclass
class Singer:
    """Somebody who posts without a pause, and knows what was acknowledged."""

    name: str
    token: str
    sent: int = 0
    unsure: str | None = None
    """The text of the one post that was sent and not acknowledged."""
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Post ids by text."""
    refusals: Counter[int] = field(default_factory=Counter)

    async def sing(self, server: Server) -> None:
        """Post until the server is gone; send the post that was not acknowledged again, under the same key."""
        async with server.client(self.token) as client:
            while True:
                if not await self.post(client):
                    return

    async def post(self, client: Client) -> bool:
        """Post once; return whether there was an answer."""
        if self.unsure is None:
            self.unsure = f"{self.name} {self.sent}"
            self.sent += 1
        headers = {"Idempotency-Key": self.unsure.replace(" ", "-")}
        try:
            answer = await client.post("/posts", json={"text": self.unsure}, headers=headers)
        except httpx.TransportError:
            return False
        if answer.status_code == 201:
            self.acknowledged[self.unsure] = answer.json()["id"]
            self.unsure = None
            # a pause like a person's, only shorter: what matters is the moments, not the number of posts
            await asyncio.sleep(0.005)
        else:
            self.refusals[answer.status_code] += 1
            # a refusal says that nothing was saved, so sending it anew is the right thing
            assert answer.status_code in {503, 507}, answer.text
            await asyncio.sleep(0.01)
        return True


async def register(server: Server, name: str) -> Singer:
    """Make an account."""
    async with server.client() as client:
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        answer = await client.post("/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        return Singer(name, answer.json()["access_token"])


async def get(client: Client, path: str, **params: Any) -> Any:
    """Return what is at an address."""
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def all_of(client: Client, path: str) -> list[dict[str, Any]]:
    """Return all items of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(client, path, limit=100, **cursor)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}
