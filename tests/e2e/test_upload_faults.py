"""Files and forms that are not what they should be: each gets the refusal that fits, and the server goes on."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pictures import KINDS, animation, huge_png, picture, sent, upload
from tests.support import API, PASSWORD, Community, Person, Server

REFUSED = {400, 413, 415, 422}
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>"
OTHERS = {
    "svg": SVG,
    "html": HTML,
    "pdf": PDF,
    "nothing": b"",
    "text": b"tseep",
    "zeros": bytes(4096),
    "bmp": b"BM" + bytes(200),
    "tiff": b"II*\x00" + bytes(200),
    "zip": b"PK\x03\x04" + bytes(200),
    "mp4": b"\x00\x00\x00\x18ftypisom" + bytes(200),
    "heic": b"\x00\x00\x00\x18ftypheic" + bytes(200),
}


@pytest.mark.parametrize("kind", OTHERS)
async def test_what_is_no_picture_is_a_415_whatever_it_calls_itself(community: Community, kind: str) -> None:
    wren = await community.person("wren")
    for name, announced in (("wren.png", "image/png"), ("wren.jpg", "image/jpeg"), ("wren.svg", "image/svg+xml")):
        refused = await upload(wren, OTHERS[kind], 415, name=name, kind=announced)
        assert refused["errors"][0]["field"] == "file"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_picture_that_was_cut_off_is_a_422(community: Community, kind: str) -> None:
    wren = await community.person("wren")
    whole = picture(200, 150, kind)
    for length in (64, len(whole) // 3, len(whole) // 2, len(whole) - 40):
        await upload(wren, whole[:length], 422)


@pytest.mark.parametrize("head", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x10\x00\x00\x00WEBPVP8 "])
async def test_only_the_first_bytes_of_a_picture_are_a_422(community: Community, head: bytes) -> None:
    wren = await community.person("wren")
    for rest in (b"", bytes(500), HTML, SVG):
        await upload(wren, head + rest, 422)


@pytest.mark.parametrize("tail", [HTML, SVG, PDF, b"PK\x03\x04" + bytes(100)])
async def test_what_hangs_on_a_picture_is_not_handed_on(community: Community, tail: bytes) -> None:
    wren = await community.person("wren")
    for kind in (".jpg", ".png", ".gif"):
        answer = await sent(wren, picture(60, 40, kind) + tail)
        if answer.status_code == 201:
            handed_on = await wren.client.get(f"http://chirrup.test{answer.json()['url']}")
            assert tail[:20] not in handed_on.content
            assert handed_on.headers["content-type"] == "image/webp"
        else:
            assert answer.status_code == 422


async def test_the_name_and_type_that_are_sent_along_mean_nothing(community: Community) -> None:
    wren = await community.person("wren")
    for name in ("../../etc/passwd", "wren.html", "x" * 1000, "wren\u202egnp.exe", ""):
        answer = await sent(wren, picture(shade=len(name) % 200), name=name or "x", kind="text/html")
        assert answer.status_code == 201
        assert answer.json()["url"].endswith(".webp")


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (65_535, 65_535), (1_000_000, 1000), (2**31 - 1, 1)])
async def test_a_bomb_is_refused_by_its_header(community: Community, width: int, height: int) -> None:
    wren = await community.person("wren")
    bomb = huge_png(width, height)
    assert len(bomb) < 200
    await upload(wren, bomb, 422)


@pytest.mark.settings(media_megapixels=1)
async def test_the_pixels_of_all_frames_count(community: Community) -> None:
    wren = await community.person("wren")
    await upload(wren, animation(600, 500, frames=3))
    refused = await upload(wren, animation(600, 500, frames=4), 422)
    assert "1 million pixels" in refused["detail"]


@pytest.mark.settings(media_megabytes=1)
async def test_a_file_that_is_too_large_is_a_413(community: Community) -> None:
    wren = await community.person("wren")
    await upload(wren, bytes(2 << 20), 413)
    await upload(wren, bytes((1 << 20) + 1), 413)
    await upload(wren, bytes(1 << 20), 415)


async def send(person: Person, body: bytes, headers: Mapping[str, str]) -> int:
    """Send any body, and return the status of the answer, which has to be a problem or a success."""
    answer = await person.client.post("/media", content=body, headers=headers)
    assert answer.status_code in REFUSED | {201}, answer.text
    if answer.status_code != 201:
        assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code


FORM = {"Content-Type": "multipart/form-data; boundary=nest"}


def part(name: str, content: bytes, *, end: bool = True) -> bytes:
    """Return a form of one part."""
    head = f'--nest\r\nContent-Disposition: form-data; name="{name}"; filename="a"\r\n\r\n'.encode()
    return head + content + (b"\r\n--nest--\r\n" if end else b"")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", FORM, 400),
        (b"tseep", FORM, 400),
        (b"--nest--\r\n", FORM, 400),
        (part("file", b"x", end=False), FORM, 400),
        (part("egg", b"x"), FORM, 400),
        (part("alt", b"x"), FORM, 400),
        (part("alt", b"\xff"), FORM, 400),
        (part("alt", bytes(20_000)), FORM, 400),
        (part("file", b"x", end=False) + b"\r\n" + part("file", b"y"), FORM, 400),
        (b"--nest\r\n\r\nx\r\n--nest--\r\n", FORM, 400),
        (b"--nest\r\nContent-Disposition: form-data\r\n\r\nx\r\n--nest--\r\n", FORM, 400),
        (b"--nest\r\n" + b"X-Egg: 1\r\n" * 50 + b"\r\nx\r\n--nest--\r\n", FORM, 400),
        (b"--nest\r\nContent-Disposition: " + b"x" * 10_000, FORM, 400),
        (part("file", b"x"), {"Content-Type": "multipart/form-data"}, 415),
        (part("file", b"x"), {"Content-Type": "multipart/form-data; boundary="}, 415),
        (part("file", b"x"), {"Content-Type": f"multipart/form-data; boundary={'n' * 200}"}, 415),
        (part("file", b"x"), {"Content-Type": "multipart/mixed; boundary=nest"}, 415),
        (b'{"file": "x"}', {"Content-Type": "application/json"}, 415),
        (part("file", b"x"), FORM | {"Content-Encoding": "gzip"}, 415),
        (part("file", b"x"), FORM, 415),
    ],
)
async def test_a_form_that_is_none_is_refused(
    community: Community, body: bytes, headers: Mapping[str, str], status: int
) -> None:
    wren = await community.person("wren")
    assert await send(wren, body, headers) == status


async def test_a_form_of_endless_parts_is_refused(community: Community) -> None:
    wren = await community.person("wren")
    one = b'--nest\r\nContent-Disposition: form-data; name="alt"\r\n\r\nx\r\n'
    assert await send(wren, one * 1000 + b"--nest--\r\n", FORM) == 400


Edits = list[tuple[float, bytes, int]]
edits = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6), st.integers(0, 40)), min_size=1, max_size=8
)
"""Changes of any bytes: at which share of its length, what is put there, and how many go for it."""
fuzz = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def mangled(content: bytes, changes: Edits) -> bytes:
    """Return what is left of a content."""
    for place, fresh, gone in changes:
        start = int(place * len(content))
        content = content[:start] + fresh + content[start + gone :]
    return content


@fuzz
@given(st.sampled_from(KINDS), edits)
async def test_a_mangled_picture_is_a_picture_or_refused(community: Community, kind: str, changes: Edits) -> None:
    person = await wren_of(community)
    assert await send(person, part("file", mangled(picture(80, 60, kind), changes)), FORM) in {201, 415, 422}


async def test_after_mangled_pictures_whole_ones_are_made(community: Community) -> None:
    wren = await community.person("wren")
    chance = random.Random("wren")
    for kind in KINDS:
        changes = [(chance.random(), chance.randbytes(3), 3) for _ in range(6)]
        await send(wren, part("file", mangled(picture(80, 60, kind), changes)), FORM)
        await upload(wren, picture(80, 60, kind))


@fuzz
@given(edits)
async def test_a_mangled_form_is_answered(community: Community, changes: Edits) -> None:
    person = await wren_of(community)
    whole = part("alt", b"A wren.", end=False) + b"\r\n" + part("file", picture(8, 6))
    await send(person, mangled(whole, changes), FORM)


@fuzz
@given(st.binary(max_size=400), st.binary(max_size=60))
async def test_any_bytes_in_a_form_are_answered(community: Community, content: bytes, around: bytes) -> None:
    person = await wren_of(community)
    for body in (part("file", content), around + part("file", content), part("file", content)[:-1] + around, around):
        await send(person, body, FORM)


async def wren_of(community: Community) -> Person:
    """Return somebody who is there already, or is made now."""
    known = await community.app.accounts.find("wren")
    if known is None:
        return await community.person("wren")
    return Person(known.id, "wren", community.clients[0])


def peak_memory(server: Server) -> int:
    """Return how many bytes a server has held at most."""
    assert server.process is not None
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024


@pytest.mark.embedded
async def test_many_large_uploads_at_once_are_not_held_in_memory(server: Server) -> None:
    who = {"username": "wren", "email": "wren@example.org", "password": PASSWORD}
    async with server.client() as visitor:
        token = (await visitor.post("/auth/register", json=who)).json()["access_token"]
    large = part("file", bytes(9 << 20))
    async with server.client(token) as wren:
        await wren.post("/media", content=part("file", b"x"), headers=FORM)
        before = peak_memory(server)
        uploads = (wren.post("/media", content=large, headers=FORM) for _ in range(16))
        assert [answer.status_code for answer in await asyncio.gather(*uploads)] == [415] * 16
    # all of them together have 144 MiB
    assert peak_memory(server) - before < 48 << 20


@pytest.mark.embedded
async def test_an_upload_that_is_broken_off_leaves_nothing(server: Server) -> None:
    who = {"username": "wren", "email": "wren@example.org", "password": PASSWORD}
    async with server.client() as visitor:
        token = (await visitor.post("/auth/register", json=who)).json()["access_token"]
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"POST {API}/media HTTP/1.1\r\nHost: chirrup\r\nAuthorization: Bearer {token}\r\nContent-Length: 900000\r\n"
    writer.write(f"{head}Content-Type: {FORM['Content-Type']}\r\n\r\n".encode() + part("file", bytes(5000), end=False))
    await writer.drain()
    folder = server.data_dir / "uploads"
    await until(lambda: folder.exists() and any(folder.iterdir()))
    writer.close()
    await until(lambda: not any(folder.iterdir()))
    assert b"Traceback" not in server.log.read_bytes()


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition, for ten seconds at most."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
