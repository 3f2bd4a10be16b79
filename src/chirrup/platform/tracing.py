"""The request that something was done for: in each line of the log, and in the events that follow from it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from structlog.contextvars import bound_contextvars

from chirrup.platform.ports import Delivery

_SHOWN = 20


def caused_by(delivery: Delivery) -> AbstractContextManager[None]:
    """What is logged and published in the block is done for the request that led to a delivery."""
    return bound_contextvars(request_id=delivery.request_id)


def caused_by_any(deliveries: Sequence[Delivery]) -> AbstractContextManager[None]:
    """What is logged in the block is done for the requests that led to deliveries, which are handled together."""
    if len(deliveries) == 1:
        return caused_by(deliveries[0])
    requests = {delivery.request_id: None for delivery in deliveries if delivery.request_id is not None}
    return bound_contextvars(request_ids=list(requests)[:_SHOWN])
