"""Avatars and banners."""

from typing import Any

import pytest

from tests.clock import HandClock
from tests.pictures import drawn, encoded, opened, picture, upload
from tests.support import BASE, Community, Person

DAY = 24 * 3600
WHOLE: dict[str, dict[str, int]] = {
    "avatar": {"left": 100, "top": 0, "width": 200, "height": 200},
    "banner": {"left": 0, "top": 0, "width": 300, "height": 100},
}


async def choose(person: Person, portrait: str, media_id: str, status: int = 200, **fields: Any) -> Any:
    """Use an upload as avatar or banner."""
    return await person.call("PUT", f"/users/me/{portrait}", status, json={"media_id": media_id, **fields})


async def size_of(person: Person, url: str) -> tuple[int, int]:
    """Return width and height of what is at an address."""
    answer = await person.client.get(BASE + url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    image = opened(answer.content)
    return image.width, image.height


@pytest.mark.parametrize(("portrait", "size"), [("avatar", (400, 400)), ("banner", (1200, 400))])
async def test_the_middle_of_an_upload_is_used(community: Community, portrait: str, size: tuple[int, int]) -> None:
    wren, robin = await community.people("wren", "robin")
    made = await upload(wren, picture(1200, 600))
    me = await choose(wren, portrait, made["id"])
    url = me[f"{portrait}_url"]
    assert await size_of(wren, url) == size
    assert (await robin.get("/users/wren"))[f"{portrait}_url"] == url


async def test_an_avatar_stands_beside_posts(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish()
    assert (await robin.get(f"/posts/{post['id']}"))["author"]["avatar_url"] is None
    me = await choose(wren, "avatar", (await upload(wren, picture()))["id"])
    assert (await robin.get(f"/posts/{post['id']}"))["author"]["avatar_url"] == me["avatar_url"]


async def test_a_part_can_be_chosen(community: Community) -> None:
    wren = await community.person("wren")
    halves = drawn(400, 400, 0).draw_rect([255, 255, 255], 0, 0, 200, 400, fill=True)
    made = await upload(wren, encoded(halves.draw_rect([0, 0, 0], 200, 0, 200, 400, fill=True)))
    crop = {"left": 220, "top": 20, "width": 160, "height": 160}
    me = await choose(wren, "avatar", made["id"], crop=crop)
    image = opened((await wren.client.get(BASE + me["avatar_url"])).content)
    assert (image.width, image.height) == (160, 160)
    assert image.avg() < 5


@pytest.mark.parametrize(
    ("portrait", "change"),
    [
        ("avatar", {"width": 100}),
        ("avatar", {"left": 250}),
        ("avatar", {"top": 1, "height": 200}),
        ("banner", {"height": 90}),
        ("banner", {"left": 1}),
    ],
)
async def test_a_part_of_another_shape_or_beyond_the_picture_is_refused(
    community: Community, portrait: str, change: dict[str, int]
) -> None:
    wren = await community.person("wren")
    made = await upload(wren, picture(300, 200))
    refused = await choose(wren, portrait, made["id"], 422, crop=WHOLE[portrait] | change)
    assert refused["errors"][0]["field"] == "crop"
    await choose(wren, portrait, made["id"], crop=WHOLE[portrait])


@pytest.mark.parametrize("wrong", [{"left": -1}, {"width": 0}, {"width": "10"}, {"depth": 3}])
async def test_a_part_that_is_none_is_a_400(community: Community, wrong: dict[str, Any]) -> None:
    wren = await community.person("wren")
    await choose(wren, "avatar", "1", 400, crop=WHOLE["avatar"] | wrong)


async def test_an_upload_becomes_one_portrait_of_its_owner(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    made = await upload(wren, picture())
    await choose(robin, "avatar", made["id"], 422)
    await choose(wren, "avatar", made["id"])
    await choose(wren, "banner", made["id"], 422)
    await wren.post("/posts", 422, text="once more", attachments=[made["id"]])
    shown = await upload(wren, picture(shade=5))
    await wren.publish("look", attachments=[shown["id"]])
    await choose(wren, "avatar", shown["id"], 422)


@pytest.mark.parametrize("portrait", ["avatar", "banner"])
async def test_going_without_is_possible_at_any_time(community: Community, portrait: str) -> None:
    wren = await community.person("wren")
    await choose(wren, portrait, (await upload(wren, picture()))["id"])
    for _ in range(2):
        assert (await wren.call("DELETE", f"/users/me/{portrait}"))[f"{portrait}_url"] is None


class TestLater:
    """What is left of portraits after a while."""

    @pytest.fixture
    def clock(self) -> HandClock:
        """The time, which stands still unless a test moves it."""
        return HandClock()

    async def test_the_one_before_is_deleted_and_the_new_one_stays(
        self, community: Community, clock: HandClock
    ) -> None:
        wren = await community.person("wren")
        old = await choose(wren, "avatar", (await upload(wren, picture()))["id"])
        new = await choose(wren, "avatar", (await upload(wren, picture(shade=5)))["id"])
        clock.move(2 * DAY)
        await community.app.tidying.tidy()
        clients = community.client()
        assert (await clients.get(BASE + old["avatar_url"])).status_code == 404
        assert (await clients.get(BASE + new["avatar_url"])).status_code == 200
