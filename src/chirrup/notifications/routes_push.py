"""The API of devices that notifications are pushed to."""

from litestar import delete, get, put

from chirrup.accounts import Viewer
from chirrup.notifications.push import Pushing
from chirrup.notifications.schemas_push import Device, PushServicesAnswer, services_answer
from chirrup.platform.http.problems import refuses


@get("/notifications/push", responses=refuses(401), tags=["notifications"])
async def show_push_services(viewer: Viewer, pushing: Pushing) -> PushServicesAnswer:  # noqa: ARG001 - for members only
    """Show what can be pushed to, and the key that a browser subscribes with (`applicationServerKey`)."""
    return services_answer(pushing.gateway.services)


@put("/notifications/push/device", status_code=204, responses=refuses(401, 413, 415, 422, 507), tags=["notifications"])
async def set_push_device(data: Device, viewer: Viewer, pushing: Pushing) -> None:
    """Push notifications to this session's device, until the session ends."""
    await pushing.subscribe(viewer, data.device())


@delete("/notifications/push/device", status_code=204, responses=refuses(401, 507), tags=["notifications"])
async def delete_push_device(viewer: Viewer, pushing: Pushing) -> None:
    """Push notifications to this session's device no longer."""
    await pushing.unsubscribe(viewer)


ROUTES = [show_push_services, set_push_device, delete_push_device]
