"""The services that bring messages to devices."""

from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

PushService = Literal["web", "apns", "fcm"]


class PushDevice(msgspec.Struct, frozen=True):
    """Where messages for one device go."""

    service: PushService
    address: str
    """The URL of a Web Push subscription, or the token that Apple's or Google's service gave the app."""
    public_key: str = ""
    secret: str = ""
    """Of a Web Push subscription: `p256dh` and `auth` in URL-safe base64, by which only the device reads messages."""


class PushMessage(msgspec.Struct, frozen=True):
    """What a device shows; a later message of the same id takes the place of an earlier one."""

    id: int
    kind: str
    title: str
    body: str
    path: str
    """Where in the web client it leads."""


class PushGateway(Protocol):
    """Hands messages to the services that bring them to devices."""

    @property
    def services(self) -> Mapping[PushService, str]:
        """The services there are, each with the key that a device subscribes with, or an empty text."""

    def check(self, device: PushDevice) -> None:
        """Refuse a device that no message can be for.

        Raises:
            RuleBroken: its service is not used here, or its address or keys are none.
        """

    async def push(self, device: PushDevice, message: PushMessage) -> bool:
        """Hand over a message; return whether the device is still there.

        Raises:
            PushFailed: the service did not answer in time, or did not take it.
        """
