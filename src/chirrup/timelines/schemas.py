"""Bodies of the timelines API."""

from typing import Annotated

from msgspec import Meta

from chirrup.platform.clock import rfc3339
from chirrup.platform.http.schemas import Answer, Body, Id, Timestamp


class Marker(Answer, frozen=True, kw_only=True):
    """Where reading stopped."""

    post_id: Id
    updated_at: Timestamp


class MarkersAnswer(Answer, frozen=True, kw_only=True):
    """Where reading stopped in each timeline; null where it never began."""

    home: Marker | None


class NewMarkers(Body, frozen=True, kw_only=True):
    """Where reading stops now."""

    home: Id
    force: Annotated[bool, Meta(description="Move the marker backwards, too.")] = False


def markers_answer(home: tuple[int, int] | None) -> MarkersAnswer:
    """Present the markers of an account."""
    return MarkersAnswer(home=Marker(post_id=str(home[0]), updated_at=rfc3339(home[1])) if home else None)
