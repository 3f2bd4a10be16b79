"""Services for handlers, given once at start instead of at every request."""

import copy
import inspect
from collections.abc import Mapping
from typing import Any

from litestar.handlers import HTTPRouteHandler


def bind(handler: HTTPRouteHandler, services: Mapping[str, object]) -> HTTPRouteHandler:
    """Return a handler whose parameters named like a service are filled.

    Litestar resolves the dependencies of each request in a task group, which for ten services costs more than all
    that most handlers do; so only what differs by request is left to it.
    """
    function = handler.fn
    signature = inspect.signature(function)
    bound = {name: services[name] for name in signature.parameters if name in services}

    async def call(**given: Any) -> Any:
        return await function(**given, **bound)

    left = [parameter for name, parameter in signature.parameters.items() if name not in bound]
    call.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
    call.__annotations__ = {name: kind for name, kind in function.__annotations__.items() if name not in bound}
    call.__name__, call.__qualname__ = function.__name__, function.__qualname__
    call.__module__, call.__doc__ = function.__module__, function.__doc__
    return copy.copy(handler)(call)
