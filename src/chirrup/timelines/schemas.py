"""Bodies of the timelines API."""

from typing import Annotated, Literal

from msgspec import Meta

from chirrup.accounts import Account
from chirrup.platform.clock import rfc3339
from chirrup.platform.http.schemas import Answer, Body, Id, Timestamp
from chirrup.timelines.rules import Explanation, Rule, Way, verdict


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


class Named(Answer, frozen=True, kw_only=True):
    """An account in an explanation."""

    id: Id
    username: str
    status: Annotated[str, Meta(examples=["active"])]


class ExplainedCheck(Answer, frozen=True, kw_only=True):
    """One of the things that decide whether a post is in a home timeline."""

    rule: Rule
    passes: bool
    detail: Annotated[str, Meta(examples=["jay does not mute robin"])]


class ExplainedMoment(Answer, frozen=True, kw_only=True):
    """A step on a post's way into a home timeline."""

    step: Literal["written", "logged", "followed", "fan-out"]
    at: Timestamp | None
    late_ms: Annotated[int | None, Meta(description="Milliseconds since the post was written.", examples=[4])]
    detail: Annotated[str, Meta(examples=["the step of jay: 60 followers visited, 12 timelines reached"])]


class ExplanationAnswer(Answer, frozen=True, kw_only=True):
    """Whether a post is in somebody's home timeline, and why."""

    viewer: Named
    author: Named
    post_id: Id
    shown: Annotated[bool, Meta(description="What the page itself says.")]
    agrees: Annotated[
        bool,
        Meta(description="Whether the reasons say the same; if not, something changes just now, or is at fault."),
    ]
    way: Annotated[Way | None, Meta(description="How it comes to the page; null where a check keeps it out.")]
    summary: Annotated[str, Meta(examples=["jay sees post 250316734871552409 by robin: it was pushed."])]
    because: Annotated[str, Meta(examples=["jay's stored timeline holds it"])]
    checks: Annotated[list[ExplainedCheck], Meta(description="In the order in which they decide.")]
    moments: list[ExplainedMoment]


def explanation_answer(explanation: Explanation) -> ExplanationAnswer:
    """Present an explanation."""
    return ExplanationAnswer(
        viewer=_named(explanation.viewer),
        author=_named(explanation.author),
        post_id=str(explanation.post_id),
        shown=explanation.shown,
        agrees=explanation.agrees,
        way=explanation.way,
        summary=verdict(explanation),
        because=explanation.because,
        checks=[ExplainedCheck(rule=one.rule, passes=one.passes, detail=one.detail) for one in explanation.checks],
        moments=[
            ExplainedMoment(
                step=one.step, at=None if one.at is None else rfc3339(one.at), late_ms=one.late, detail=one.detail
            )
            for one in explanation.moments
        ],
    )


def _named(account: Account) -> Named:
    return Named(id=str(account.id), username=account.username, status=account.status.value)


def markers_answer(home: tuple[int, int] | None) -> MarkersAnswer:
    """Present the markers of an account."""
    return MarkersAnswer(home=Marker(post_id=str(home[0]), updated_at=rfc3339(home[1])) if home else None)
