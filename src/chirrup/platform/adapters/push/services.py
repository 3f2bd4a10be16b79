"""The push services of an instance, each device going to its own."""

from collections.abc import Mapping

from chirrup.platform.errors import PushFailed, RuleBroken
from chirrup.platform.ports import PushDevice, PushGateway, PushMessage, PushService


class PushServices:
    """The `PushGateway` port over those of single services; without any, nothing is pushed."""

    def __init__(self, gateways: Mapping[PushService, PushGateway]) -> None:
        self._gateways = gateways

    @property
    def services(self) -> Mapping[PushService, str]:
        """The services there are."""
        return {service: gateway.services[service] for service, gateway in self._gateways.items()}

    def check(self, device: PushDevice) -> None:
        """Refuse a device that no message can be for."""
        gateway = self._gateways.get(device.service)
        if gateway is None:
            raise RuleBroken("This server does not push to devices of this kind.", field="service")
        gateway.check(device)

    async def push(self, device: PushDevice, message: PushMessage) -> bool:
        """Hand over a message."""
        gateway = self._gateways.get(device.service)
        if gateway is None:
            raise PushFailed(f"{device.service} is not used any more")
        return await gateway.push(device, message)
