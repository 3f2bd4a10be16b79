"""The notifications API."""

from typing import Annotated

from litestar import Response, get, post, put
from litestar.params import Parameter, QueryParameter

from chirrup.accounts import Viewer
from chirrup.notifications.models import KINDS, Kind
from chirrup.notifications.reading import Filter, NotificationReader
from chirrup.notifications.schemas import (
    NewPreferences,
    Notification,
    Preferences,
    UnreadCount,
    preferences_answer,
)
from chirrup.notifications.service import Notifications
from chirrup.platform.http.pagination import DEFAULT_LIMIT, CursorParam, LimitParam, decode_cursor
from chirrup.platform.http.problems import refuses
from chirrup.platform.http.schemas import Page
from chirrup.platform.ids import parse_id
from chirrup.posts.schemas import json_answer

Unread = Annotated[bool, Parameter(description="List only those in which there is something to read.")]
Types = Annotated[
    list[Kind] | None, QueryParameter(name="type", description="List only these types; may be given several times.")
]


@get("/notifications", responses=refuses(401), tags=["notifications"])
async def list_notifications(
    viewer: Viewer,
    notification_reader: NotificationReader,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
    unread: Unread = False,
    types: Types = None,
) -> Response[Page[Notification]]:
    """List what others did that concerns oneself, newest first.

    What was undone, and what people did whom a block, a mute or a ban hides, is in no list and no count.
    """
    wanted = Filter(tuple(kind for kind in KINDS if types is None or kind in types), unread)
    return json_answer((await notification_reader.page(viewer, wanted, decode_cursor(cursor), limit)).json())


@get("/notifications/unread-count", responses=refuses(401), tags=["notifications"])
async def count_unread(viewer: Viewer, notification_reader: NotificationReader) -> UnreadCount:
    """Count the notifications in which there is something to read."""
    return UnreadCount(count=await notification_reader.unread_count(viewer))


@post(
    "/notifications/{notification_id:str}/read",
    status_code=200,
    responses=refuses(401, 404, 413, 415, 507),
    tags=["notifications"],
)
async def read_notification(
    notification_id: str, viewer: Viewer, notifications: Notifications, notification_reader: NotificationReader
) -> UnreadCount:
    """Mark one notification as read; the answer counts those that are left."""
    await notifications.read(viewer, parse_id(notification_id))
    return UnreadCount(count=await notification_reader.unread_count(viewer))


@post("/notifications/read-all", status_code=200, responses=refuses(401, 413, 415, 507), tags=["notifications"])
async def read_all_notifications(
    viewer: Viewer, notifications: Notifications, notification_reader: NotificationReader
) -> UnreadCount:
    """Mark all notifications as read; the answer counts what has come meanwhile."""
    await notifications.read_all(viewer)
    return UnreadCount(count=await notification_reader.unread_count(viewer))


@get("/notifications/preferences", responses=refuses(401), tags=["notifications"])
async def show_preferences(viewer: Viewer, notifications: Notifications) -> Preferences:
    """Show what is done with each type of notification."""
    return preferences_answer(await notifications.preferences(viewer.id))


@put("/notifications/preferences", responses=refuses(401, 413, 415, 507), tags=["notifications"])
async def set_preferences(data: NewPreferences, viewer: Viewer, notifications: Notifications) -> Preferences:
    """Choose what is done with some types of notification.

    What is not shown stays there, and can be shown again.
    """
    await notifications.prefer(viewer, data.chosen())
    return preferences_answer(await notifications.preferences(viewer.id))


ROUTES = [
    list_notifications, count_unread, read_notification, read_all_notifications, show_preferences, set_preferences,
]  # fmt: skip
