"""Pictures: uploading, describing, showing them in posts, and their end."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from chirrup.media.models import Medium
from chirrup.media.store import MediaStore
from chirrup.platform.datadir import DataDir
from chirrup.platform.ports import Reader
from tests.pictures import (
    KINDS,
    animation,
    drawn,
    fields_of,
    opened,
    picture,
    sent,
    speckled,
    stored_in,
    upload,
    with_place,
)
from tests.support import BASE, Community


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_becomes_a_picture_in_webp(community: Community, kind: str) -> None:
    wren = await community.person("wren")
    made = await upload(wren, picture(60, 40, kind), alt=" A wren. ")
    assert (made["type"], made["width"], made["height"], made["alt"]) == ("image", 60, 40, "A wren.")
    assert len(made["blurhash"]) > 6
    answer = await wren.client.get(BASE + made["url"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert (answer.content[:4], answer.content[8:12]) == (b"RIFF", b"WEBP")
    assert (opened(answer.content).width, opened(answer.content).height) == (60, 40)


async def test_a_large_picture_comes_in_sizes_for_small_screens(community: Community) -> None:
    wren = await community.person("wren")
    made = await upload(wren, picture(2400, 1200, ".jpg"))
    sizes = [(variant["width"], variant["height"]) for variant in made["variants"]]
    assert sizes == [(480, 240), (960, 480), (1920, 960)]
    assert made["thumbnail_url"] == made["variants"][0]["url"]
    assert (made["url"], made["width"]) == (made["variants"][-1]["url"], 1920)
    for variant in made["variants"]:
        image = opened((await wren.client.get(BASE + variant["url"])).content)
        assert (image.width, image.height) == (variant["width"], variant["height"])


async def test_where_it_was_taken_and_by_which_camera_is_left_out(community: Community) -> None:
    wren = await community.person("wren")
    original = with_place(drawn(60, 40))
    assert any("GPS" in field for field in fields_of(original))
    made = await upload(wren, original, kind="image/jpeg")
    content = (await wren.client.get(BASE + made["url"])).content
    told = [field for field in fields_of(content) if field.startswith(("exif", "xmp", "iptc", "icc"))]
    assert told == []
    for chunk in (b"EXIF", b"XMP ", b"ICCP", b"Nightjar"):
        assert chunk not in content


async def test_a_picture_that_was_taken_sideways_is_upright(community: Community) -> None:
    wren = await community.person("wren")
    made = await upload(wren, with_place(drawn(60, 40)))
    assert (made["width"], made["height"]) == (40, 60)
    image = opened((await wren.client.get(BASE + made["url"])).content)
    # what was left, and dark, is at the top now
    assert image.crop(0, 0, 40, 5)[0].avg() < image.crop(0, 55, 40, 5)[0].avg() - 100


async def test_an_animation_moves_in_every_size(community: Community) -> None:
    wren = await community.person("wren")
    made = await upload(wren, animation(600, 300, frames=3))
    assert (made["type"], made["width"], made["height"]) == ("animation", 600, 300)
    for variant in made["variants"]:
        image = opened((await wren.client.get(BASE + variant["url"])).content)
        assert (image.get_n_pages(), image.get_page_height()) == (3, variant["height"])


async def test_a_picture_is_kept_for_ever_by_caches_and_runs_nothing(community: Community) -> None:
    wren = await community.person("wren")
    made = await upload(wren, picture())
    answer = await community.client().get(BASE + made["url"])
    headers = answer.headers
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"] == "inline"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    known = {"If-None-Match": headers["etag"], "Accept-Encoding": "gzip"}
    again = await community.client().get(BASE + made["url"], headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert "content-encoding" not in headers
    head = await community.client().head(BASE + made["url"])
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(answer.content)))


@pytest.mark.parametrize(
    "name", ["", "%2e%2e", "..%2fchirrup.db", "%2e%2e/keys", "x.svg", "0" * 24 + "-960.webp", "0" * 24 + "-960.html"]
)
async def test_there_is_nothing_else_below_media(community: Community, name: str) -> None:
    answer = await community.client().get(f"{BASE}/media/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_media_is_read_only(community: Community) -> None:
    answer = await community.client().post(f"{BASE}/media/{'0' * 24}-960.webp")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_a_post_shows_its_pictures_in_their_order_wherever_it_is_listed(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await robin.follow(wren)
    made = [await upload(wren, picture(shade=shade), alt=f"Wren {shade}.") for shade in (1, 2, 3, 4)]
    ids = [each["id"] for each in reversed(made)]
    post = await wren.publish("four wrens", attachments=ids)
    assert post["attachments"] == list(reversed(made))
    await wren.publish("no wren")
    await community.settle()
    for path in ("/feed", "/discover", "/users/wren/posts"):
        shown = {item["id"]: item["attachments"] for item in (await robin.get(path))["items"]}
        assert shown[post["id"]] == post["attachments"], path
        assert [len(attachments) for attachments in shown.values()] == [0, 4], path
    assert (await robin.get(f"/posts/{post['id']}"))["attachments"] == post["attachments"]


async def test_a_retweet_and_a_quote_show_what_the_original_shows(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    made = await upload(wren, picture())
    post = await wren.publish("look", attachments=[made["id"]])
    quote = await robin.publish("indeed", quote_of=post["id"])
    assert quote["attachments"] == []
    assert quote["retweet_of"]["attachments"] == [made]
    await robin.post(f"/posts/{post['id']}/retweet")
    newest = (await robin.get("/users/robin/posts"))["items"][0]
    assert newest["retweet_of"]["attachments"] == [made]


async def test_posts_with_pictures_are_listed_alone(community: Community) -> None:
    wren = await community.person("wren")
    await wren.publish("no picture")
    ids = []
    for number in range(3):
        made = await upload(wren, picture(shade=number))
        ids.append((await wren.publish(f"picture {number}", attachments=[made["id"]]))["id"])
    assert await wren.all_ids("/users/wren/posts", media=True, limit=2) == list(reversed(ids))


@pytest.mark.parametrize("wrong", ["somebody else's", "used", "twice", "unknown"])
async def test_an_upload_is_used_once_and_by_its_owner(community: Community, wrong: str) -> None:
    wren, robin = await community.people("wren", "robin")
    made = (await upload(wren, picture()))["id"]
    match wrong:
        case "somebody else's":
            refused = await robin.post("/posts", 422, text="mine?", attachments=[made])
        case "used":
            await wren.publish("first", attachments=[made])
            refused = await wren.post("/posts", 422, text="second", attachments=[made])
        case "twice":
            refused = await wren.post("/posts", 422, text="twice", attachments=[made, made])
        case _:
            refused = await wren.post("/posts", 422, text="unknown", attachments=["1"])
    assert [error["field"] for error in refused["errors"]] == ["attachments"]
    assert len((await wren.get("/users/wren/posts"))["items"]) == (wrong == "used")


async def test_a_post_shows_four_pictures_at_most(community: Community) -> None:
    wren = await community.person("wren")
    await wren.post("/posts", 400, text="five", attachments=["1", "2", "3", "4", "5"])


async def test_a_description_can_be_changed_where_a_post_shows_it(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    made = await upload(wren, picture(), alt="A wern.")
    post = await wren.publish("look", attachments=[made["id"]])
    changed = await wren.call("PATCH", f"/media/{made['id']}", json={"alt": "A wren."})
    assert changed == made | {"alt": "A wren."}
    assert (await robin.get(f"/posts/{post['id']}"))["attachments"][0]["alt"] == "A wren."
    await robin.call("PATCH", f"/media/{made['id']}", 404, json={"alt": "Mine."})
    await wren.call("PATCH", f"/media/{made['id']}", 422, json={"alt": "x" * 1501})
    await wren.call("PATCH", f"/media/{made['id']}", 422, json={"alt": "a\u0000b"})


async def test_the_same_content_is_kept_once_whoever_uploads_it(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    first, second = await upload(wren, picture()), await upload(robin, picture(), alt="The same.")
    assert first["id"] != second["id"]
    assert (first["url"], second["alt"]) == (second["url"], "The same.")


async def test_a_repeated_upload_answers_as_the_first_one(community: Community) -> None:
    wren = await community.person("wren")
    first = await upload(wren, picture(), alt="A wren.", key="one")
    assert await upload(wren, picture(), alt="A wren.", key="one") == first
    refused = await upload(wren, picture(shade=9), 422, alt="A wren.", key="one")
    assert refused["errors"][0]["field"] == "Idempotency-Key"
    assert (await sent(wren, picture(), alt="Other.", key="one")).status_code == 422


@pytest.mark.settings(media_quota_megabytes=1)
async def test_an_account_has_a_quota(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    noise = [speckled(700, seed) for seed in range(4)]
    answers = [(await sent(wren, content)).status_code for content in noise]
    assert answers[0] == 201
    assert answers[-1] == 422
    await upload(robin, picture())


@pytest.mark.embedded
async def test_nothing_is_left_of_an_upload_but_its_picture(community: Community, data_dir: Path) -> None:
    wren = await community.person("wren")
    made = await upload(wren, picture())
    await upload(wren, b"no picture", 415)
    assert stored_in(data_dir / "uploads") == []
    assert len(stored_in(DataDir(data_dir).media)) == len(made["variants"])


async def test_a_picture_is_uploaded_with_a_token_only(community: Community) -> None:
    visitor = await community.visitor()
    await upload(visitor, picture(), 401)


async def test_the_same_picture_uploaded_at_once_is_one_file(community: Community) -> None:
    people = await community.people("wren", "robin", "dunnock")
    made = await asyncio.gather(*(upload(person, picture(900, 700)) for person in people))
    assert len({each["id"] for each in made}) == 3
    assert len({each["url"] for each in made}) == 1


async def test_a_page_of_posts_asks_for_all_its_pictures_at_once(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    wren, robin = await community.people("wren", "robin")
    for number in range(3):
        await wren.publish(f"look {number}", attachments=[(await upload(wren, picture(shade=number)))["id"]])
    asked: list[int] = []
    real = MediaStore.of_posts

    async def counted(self: MediaStore, reader: Reader, post_ids: Sequence[int]) -> list[Medium]:
        asked.append(len(post_ids))
        return await real(self, reader, post_ids)

    monkeypatch.setattr(MediaStore, "of_posts", counted)
    await community.app.post_reader.cache.delete("card", [int(key) for key in await robin.ids("/users/wren/posts")])
    assert len(await robin.ids("/users/wren/posts")) == 3
    assert asked == [3]


@pytest.mark.settings(media_url="https://media.hedge.example/")
async def test_a_network_of_caches_is_where_pictures_are_said_to_be(community: Community) -> None:
    wren = await community.person("wren")
    made = await upload(wren, picture())
    assert made["url"].startswith("https://media.hedge.example/")
    me = await wren.call("PUT", "/users/me/avatar", json={"media_id": made["id"]})
    assert me["avatar_url"].startswith("https://media.hedge.example/")


@pytest.mark.cluster
@pytest.mark.settings(s3_links="on")
async def test_who_asks_for_a_picture_is_sent_to_the_bucket(community: Community) -> None:
    wren = await community.person("wren")
    made = await upload(wren, picture())
    answer = await wren.client.get(BASE + made["url"])
    assert (answer.status_code, answer.headers["cache-control"]) == (302, "private, max-age=1800")
    async with httpx.AsyncClient() as client:
        followed = await client.get(answer.headers["location"], timeout=10)
    assert (followed.status_code, followed.headers["content-type"]) == (200, "image/webp")
