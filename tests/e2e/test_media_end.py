"""The end of pictures: with their posts, with their owners, and when nobody uses them."""

import os
import shutil
from pathlib import Path

import pytest

from chirrup.media import lost_blobs
from chirrup.media.store import MediaStore
from chirrup.platform.datadir import DataDir
from tests.clock import HandClock
from tests.pictures import picture, upload
from tests.support import BASE, PASSWORD, Community

pytestmark = pytest.mark.settings(access_token_seconds=10**7)
DAY = 24 * 3600


@pytest.fixture
def clock() -> HandClock:
    """The time, which stands still unless a test moves it."""
    return HandClock()


async def test_pictures_go_with_their_post(community: Community, clock: HandClock) -> None:
    wren = await community.person("wren")
    made = await upload(wren, picture())
    post = await wren.publish("look", attachments=[made["id"]])
    kept = await upload(wren, picture(shade=7))
    await wren.publish("this stays", attachments=[kept["id"]])
    await wren.call("DELETE", f"/posts/{post['id']}")
    clock.move(2 * DAY)
    await community.app.tidying.tidy()
    assert (await wren.client.get(BASE + made["url"])).status_code == 404
    assert (await wren.client.get(BASE + kept["url"])).status_code == 200


async def test_a_picture_stays_as_long_as_somebody_else_shows_it(community: Community, clock: HandClock) -> None:
    wren, robin = await community.people("wren", "robin")
    made, same = await upload(wren, picture()), await upload(robin, picture())
    post = await wren.publish("look", attachments=[made["id"]])
    await robin.publish("look", attachments=[same["id"]])
    await wren.call("DELETE", f"/posts/{post['id']}")
    clock.move(2 * DAY)
    await community.app.tidying.tidy()
    assert (await wren.client.get(BASE + made["url"])).status_code == 200


async def test_what_nobody_used_within_a_day_is_deleted_and_can_be_uploaded_again(
    community: Community, clock: HandClock
) -> None:
    wren = await community.person("wren")
    made = await upload(wren, picture())
    clock.move(2 * DAY)
    await community.app.tidying.tidy()
    clock.move(2 * DAY)
    await community.app.tidying.tidy()
    assert (await wren.client.get(BASE + made["url"])).status_code == 404
    await wren.post("/posts", 422, text="too late", attachments=[made["id"]])
    again = await upload(wren, picture())
    assert again["url"] != made["url"]
    assert (await wren.client.get(BASE + again["url"])).status_code == 200


async def test_the_pictures_of_a_deleted_account_are_deleted(community: Community, clock: HandClock) -> None:
    wren = await community.person("wren")
    used, loose = await upload(wren, picture()), await upload(wren, picture(shade=1))
    await wren.publish("look", attachments=[used["id"]])
    await wren.call("DELETE", "/users/me", json={"password": PASSWORD})
    await community.settle()
    clock.move(2 * DAY)
    await community.app.tidying.tidy()
    for each in (used, loose):
        assert (await community.client().get(BASE + each["url"])).status_code == 404


async def test_what_a_killed_process_has_left_of_an_upload_is_removed(community: Community) -> None:
    folder = community.app.tidying.folder
    left, under_way = folder / "chirrup-upload-left", folder / "chirrup-upload-new"
    begin(left, under_way)
    os.utime(left, (0, 0))
    await community.app.tidying.tidy()
    assert (left.exists(), under_way.exists()) == (False, True)
    shutil.rmtree(under_way)


def begin(*folders: Path) -> None:
    """Receive a part of an upload into each folder."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "received").write_bytes(b"half of it")


@pytest.mark.embedded
async def test_what_no_file_leads_to_is_swept_away(community: Community, data_dir: Path) -> None:
    wren = await community.person("wren")
    made = await upload(wren, picture())
    stray = DataDir(data_dir).media / "ab" / f"ab{'0' * 22}-480.webp"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"RIFF")
    assert await community.app.tidying.sweep() == 1
    assert not stray.exists()
    assert (await wren.client.get(BASE + made["url"])).status_code == 200


async def test_a_used_picture_without_its_blob_is_found(community: Community) -> None:
    wren = await community.person("wren")
    whole, damaged = await upload(wren, picture(900, 600)), await upload(wren, picture(900, 600, shade=9))
    app = community.app
    assert [name async for name in lost_blobs(app.db, MediaStore(), app.blobs)] == []
    lost = damaged["thumbnail_url"].removeprefix("/media/")
    await app.blobs.delete([lost])
    assert [name async for name in lost_blobs(app.db, MediaStore(), app.blobs)] == [lost]
    assert (await wren.client.get(BASE + whole["thumbnail_url"])).status_code == 200
