"""The media API: uploading pictures, describing them, and avatars and banners."""

from typing import Any

from litestar import Request, delete, patch, post, put

from chirrup.accounts import Viewer
from chirrup.accounts.schemas import Me, me
from chirrup.media.portraits import Portraits
from chirrup.media.schemas import UPLOAD, Media, MediaEdit, PortraitChoice
from chirrup.media.service import MediaLibrary, Upload
from chirrup.platform.http.context import IdempotencyHeader
from chirrup.platform.http.forms import receiving
from chirrup.platform.http.problems import refuses
from chirrup.platform.idempotency import IdempotencyKey
from chirrup.platform.ids import parse_id
from chirrup.settings import Settings

UPLOADS = "/media"
"""The one route that takes a form, and more than others."""
AnyRequest = Request[Any, Any, Any]


@post(
    UPLOADS,
    opt={"limit": "media", "form": UPLOAD},
    request_max_body_size=None,
    responses=refuses(401, 404, 413, 415, 422, 507),
    tags=["media"],
)
async def upload_media(
    request: AnyRequest,
    viewer: Viewer,
    library: MediaLibrary,
    settings: Settings,
    idempotency_key: IdempotencyHeader = None,
) -> Media:
    """Upload a picture: a JPEG, PNG, WebP, AVIF or GIF.

    It is decoded whole, turned upright and written anew in several sizes, without any metadata. It can then be used
    once, in a post or as avatar or banner; what is not used within a day is deleted.
    """
    largest = settings.media_megabytes << 20
    async with receiving(request, settings.receiving_dir, largest=largest, texts=["alt"]) as form:
        upload = Upload(file=form.file, content_hash=form.content_hash, alt=form.texts.get("alt", ""))
        key = _key(viewer, idempotency_key, upload)
        return await library.upload(viewer, upload, key)


@patch("/media/{media_id:str}", responses=refuses(401, 404, 413, 415, 422, 507), tags=["media"])
async def describe_media(media_id: str, data: MediaEdit, viewer: Viewer, library: MediaLibrary) -> Media:
    """Say what there is to see in one's own upload, also where a post shows it already."""
    return await library.describe(viewer, parse_id(media_id), data.alt)


@put("/users/me/avatar", opt={"limit": "media"}, responses=refuses(401, 404, 413, 415, 422, 507), tags=["media"])
async def choose_avatar(data: PortraitChoice, viewer: Viewer, portraits: Portraits) -> Me:
    """Use a square part of an upload as avatar."""
    crop = data.crop.crop() if data.crop else None
    return me(await portraits.choose(viewer, "avatar", parse_id(data.media_id), crop))


@delete("/users/me/avatar", status_code=200, responses=refuses(401, 413, 415, 507), tags=["media"])
async def remove_avatar(viewer: Viewer, portraits: Portraits) -> Me:
    """Go without an avatar."""
    return me(await portraits.remove(viewer, "avatar"))


@put("/users/me/banner", opt={"limit": "media"}, responses=refuses(401, 404, 413, 415, 422, 507), tags=["media"])
async def choose_banner(data: PortraitChoice, viewer: Viewer, portraits: Portraits) -> Me:
    """Use a part of an upload, three times as wide as high, as banner."""
    crop = data.crop.crop() if data.crop else None
    return me(await portraits.choose(viewer, "banner", parse_id(data.media_id), crop))


@delete("/users/me/banner", status_code=200, responses=refuses(401, 413, 415, 507), tags=["media"])
async def remove_banner(viewer: Viewer, portraits: Portraits) -> Me:
    """Go without a banner."""
    return me(await portraits.remove(viewer, "banner"))


ROUTES = [upload_media, describe_media, choose_avatar, remove_avatar, choose_banner, remove_banner]


def _key(viewer: Viewer, header: str | None, upload: Upload) -> IdempotencyKey | None:
    """Bind a key to what was uploaded, which is never held whole."""
    if header is None:
        return None
    return IdempotencyKey.of(viewer.id, header, UPLOADS.encode() + b"\0" + upload.content_hash + upload.alt.encode())
