import asyncio
import io
import json
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from chirrup.platform.archive import write_archive
from chirrup.platform.datadir import DataDir
from tests.e2e.cli import chirrup, succeed
from tests.support import PASSWORD, Server

pytestmark = pytest.mark.embedded


@pytest.fixture
def archive(data_dir: Path, tmp_path: Path) -> Path:
    """A backup of an instance with one account."""
    succeed("user", "create", "wren", "--password", PASSWORD, data_dir=data_dir)
    file = tmp_path / "backup.tar.gz"
    succeed("backup", file, data_dir=data_dir)
    return file


def usernames(data_dir: Path) -> list[str]:
    return [account["username"] for account in succeed("user", "list", "--json", data_dir=data_dir).json]


def test_what_was_backed_up_is_restored(archive: Path, data_dir: Path, tmp_path: Path) -> None:
    (key,) = (data_dir / "keys").glob("*.pem")
    facts = succeed("restore", archive, "--json", data_dir=tmp_path / "restored").json
    assert set(facts["files"]) == {"chirrup.db", f"keys/{key.name}"}
    restored = tmp_path / "restored" / "keys" / key.name
    assert restored.read_bytes() == key.read_bytes()
    assert stat.S_IMODE(restored.stat().st_mode) == 0o600
    assert usernames(tmp_path / "restored") == ["wren"]
    succeed("check", data_dir=tmp_path / "restored")


def test_an_archive_is_for_its_owner_only(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


def test_settings_and_media_are_backed_up_and_old_backups_are_not(data_dir: Path, tmp_path: Path) -> None:
    (data_dir / "chirrup.toml").write_text('name = "Reedmere"\n')
    (data_dir / "media" / "ab").mkdir(parents=True)
    (data_dir / "media" / "ab" / "wren.webp").write_bytes(b"a picture")
    (data_dir / "backups").mkdir()
    (data_dir / "backups" / "old.db").write_bytes(b"old")
    succeed("backup", tmp_path / "b.tar.gz", data_dir=data_dir)
    succeed("restore", tmp_path / "b.tar.gz", data_dir=tmp_path / "restored")
    assert (tmp_path / "restored" / "media" / "ab" / "wren.webp").read_bytes() == b"a picture"
    assert (tmp_path / "restored" / "chirrup.toml").exists()
    assert not (tmp_path / "restored" / "backups").exists()


def test_a_picture_that_is_deleted_during_a_backup_is_left_out(data_dir: Path, tmp_path: Path) -> None:
    picture = data_dir / "media" / "ab" / "wren.webp"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")

    def delete(_done: int, _total: int) -> None:
        picture.unlink(missing_ok=True)

    archive = tmp_path / "b.tar.gz"
    written = write_archive(DataDir(data_dir), archive, program="test", now=1, progress=delete)
    assert "chirrup.db" in written.files
    assert "media/ab/wren.webp" not in written.files
    succeed("restore", archive, data_dir=tmp_path / "restored")


def test_nothing_is_overwritten(archive: Path, data_dir: Path) -> None:
    before = archive.read_bytes()
    ran = chirrup("backup", archive, data_dir=data_dir)
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert archive.read_bytes() == before
    assert [path.name for path in archive.parent.glob(".*")] == []


async def test_a_backup_while_posts_are_written_holds_a_moment_of_them(server: Server, tmp_path: Path) -> None:
    who = {"username": "wren", "email": "wren@example.org", "password": PASSWORD}
    async with server.client() as visitor:
        token = (await visitor.post("/auth/register", json=who)).json()["access_token"]
    confirmed: list[str] = []
    async with server.client(token) as wren:
        writing = asyncio.create_task(_write(wren, confirmed))
        while len(confirmed) < 20:
            assert not writing.done()
            await asyncio.sleep(0.01)
        before = list(confirmed)
        await asyncio.to_thread(succeed, "backup", tmp_path / "b.tar.gz", data_dir=server.data_dir)
        after = len(confirmed)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    assert after > len(before)
    await asyncio.to_thread(succeed, "restore", tmp_path / "b.tar.gz", data_dir=tmp_path / "restored")
    with closing(sqlite3.connect(tmp_path / "restored" / "chirrup.db")) as database:
        held = [str(row[0]) for row in database.execute("SELECT id FROM posts ORDER BY id")]
    assert held[: len(before)] == before
    assert held == sorted(confirmed)[: len(held)]
    assert (await asyncio.to_thread(chirrup, "check", data_dir=tmp_path / "restored")).code == 0


async def _write(client: httpx.AsyncClient, confirmed: list[str]) -> None:
    while True:
        answer = await client.post("/posts", json={"text": "tseep"})
        confirmed.append(answer.json()["id"])


async def test_a_session_lives_on_in_a_restored_instance(
    server: Server, start_server: Callable[..., Server], tmp_path: Path
) -> None:
    who = {"username": "wren", "email": "wren@example.org", "password": PASSWORD}
    async with server.client() as visitor:
        token = (await visitor.post("/auth/register", json=who)).json()["access_token"]
    await asyncio.to_thread(succeed, "backup", tmp_path / "b.tar.gz", data_dir=server.data_dir)
    await asyncio.to_thread(succeed, "restore", tmp_path / "b.tar.gz", data_dir=tmp_path / "restored")
    other = start_server(tmp_path / "restored", CHIRRUP_PUBLIC_URL=server.base)
    server.kill()
    again = start_server(server.data_dir, CHIRRUP_PUBLIC_URL=server.base)
    for instance in (other, again):
        async with instance.client(token) as wren:
            assert (await wren.get("/users/me")).status_code == 200


def test_a_directory_with_something_in_it_is_refused(archive: Path, data_dir: Path) -> None:
    ran = chirrup("restore", archive, data_dir=data_dir)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "not empty" in ran.err
    assert usernames(data_dir) == ["wren"]


def test_the_directory_of_a_running_instance_is_refused(archive: Path, server: Server) -> None:
    ran = chirrup("restore", archive, data_dir=server.data_dir)
    assert ran.code == 2
    assert "in use by another running instance" in ran.err


def test_a_missing_archive_is_refused(tmp_path: Path) -> None:
    assert chirrup("restore", tmp_path / "nothing", data_dir=tmp_path / "new").code == 2


@pytest.mark.parametrize("part", [0.0, 0.2, 0.5, 0.95])
def test_a_cut_archive_is_refused_and_leaves_nothing(archive: Path, tmp_path: Path, part: float) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * part)])
    _assert_refused(archive, tmp_path / "new")


def test_a_changed_archive_is_refused_and_leaves_nothing(archive: Path, tmp_path: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    archive.write_bytes(content)
    _assert_refused(archive, tmp_path / "new")


def test_an_archive_whose_database_was_exchanged_is_refused(archive: Path, tmp_path: Path) -> None:
    members = _members(archive)
    members["chirrup.db"] = bytes(len(members["chirrup.db"]))
    _repack(archive, members)
    _assert_refused(archive, tmp_path / "new")


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/outside", "keys/../../outside", "media/../chirrup.toml", "run.sh"]
)
def test_an_archive_with_other_paths_is_refused(archive: Path, tmp_path: Path, name: str) -> None:
    members = _members(archive)
    _repack(archive, {name: b"surprise"} | members)
    _assert_refused(archive, tmp_path / "new")
    assert not list(tmp_path.rglob("outside"))


def test_an_archive_with_a_link_is_refused(archive: Path, tmp_path: Path) -> None:
    members = _members(archive)
    link = tarfile.TarInfo("media")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    _repack(archive, members, link)
    _assert_refused(archive, tmp_path / "new")


def test_an_archive_of_a_newer_version_is_refused(archive: Path, tmp_path: Path) -> None:
    members = _members(archive)
    manifest = json.loads(members["MANIFEST.json"])
    members["MANIFEST.json"] = json.dumps(manifest | {"revision": "9999"}).encode()
    _repack(archive, members)
    ran = _assert_refused(archive, tmp_path / "new")
    assert "newer version" in ran


def test_an_interrupted_restore_is_begun_anew(archive: Path, tmp_path: Path) -> None:
    root = tmp_path / "new"
    (root / ".restoring").mkdir(parents=True)
    (root / "keys").mkdir()
    (root / "keys" / "half.pem").write_text("half")
    ran = chirrup("user", "list", data_dir=root)
    assert ran.code == 2
    assert "interrupted" in ran.err
    succeed("restore", archive, data_dir=root)
    assert not (root / "keys" / "half.pem").exists()
    assert usernames(root) == ["wren"]


def _assert_refused(archive: Path, root: Path) -> str:
    ran = chirrup("restore", archive, data_dir=root)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert {path.name for path in root.iterdir()} <= {"lock"}
    return ran.err


def _members(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as packed:
        return {entry.name: _content(packed, entry) for entry in packed}


def _content(packed: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    source: Any = packed.extractfile(entry)
    content: bytes = source.read()
    return content


def _repack(archive: Path, members: dict[str, bytes], *others: tarfile.TarInfo) -> None:
    with tarfile.open(archive, "w:gz") as packed:
        for entry in others:
            packed.addfile(entry)
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))
