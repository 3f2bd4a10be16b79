"""Bodies of the API of devices."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from chirrup.platform.http.schemas import Answer, Body
from chirrup.platform.ports import PushDevice, PushService


class PushServicesAnswer(Answer, frozen=True, kw_only=True):
    """What can be pushed to."""

    services: list[PushService]
    public_key: Annotated[
        str | None,
        Meta(description="The server's key of Web Push, an uncompressed P-256 point in URL-safe base64; null without."),
    ]


class Device(Body, frozen=True, kw_only=True):
    """Where to push to: what `PushManager.subscribe` gave a browser, or a device token that an app was given."""

    service: PushService = "web"
    address: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=1024,
            description="The subscription's `endpoint`, or the token.",
            examples=["https://updates.push.services.mozilla.com/wpush/v2/gAAAA"],
        ),
    ]
    public_key: Annotated[str, Meta(max_length=128, description="The subscription's `p256dh`; empty for an app.")] = ""
    secret: Annotated[str, Meta(max_length=64, description="The subscription's `auth`; empty for an app.")] = ""

    def device(self) -> PushDevice:
        """Return the device."""
        return PushDevice(self.service, self.address, self.public_key, self.secret)


def services_answer(services: Mapping[PushService, str]) -> PushServicesAnswer:
    """Return the services as their answer."""
    return PushServicesAnswer(services=sorted(services), public_key=services.get("web") or None)
