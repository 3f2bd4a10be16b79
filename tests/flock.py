"""A flock of accounts of chosen ages that post what they are told to, for tests of what trends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application
from chirrup.platform.ids import compose
from chirrup.posts import Draft
from chirrup.trends.models import ALL, Trend
from tests.clock import HandClock
from tests.support import settled

DAY = 86_400
MINUTE = 60
OLD = 60
"""Days after which an account needs nobody who knows it."""


@dataclass
class Flock:
    """Accounts in an application whose clock a test moves."""

    app: Application
    clock: HandClock
    made: int = 0
    ids: list[int] = field(default_factory=list)

    async def hatch(self, number: int, *, days: float = OLD) -> list[int]:
        """Make accounts that are so many days old; return their ids."""
        born = self.clock.now() - round(days * DAY * 1000)
        made = [compose(born, 0, self.made + n) for n in range(number)]
        async with self.app.db.transaction() as tx:
            for account_id in made:
                self.made += 1
                await self.app.accounts.store.insert(tx, account_id, f"bird{self.made}", None, None, "")
                await self.app.accounts.store.claim(tx, f"bird{self.made}", account_id)
        self.ids += made
        return made

    async def say(self, text: str, birds: Iterable[int]) -> list[int]:
        """Have each of some accounts post a text; return the posts."""
        return [await self.app.posts.publish(Viewer(bird, 0), Draft(text=text)) for bird in birds]

    async def follow(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Have accounts follow others."""
        for follower, followee in pairs:
            await self.app.graph.follow(follower, followee)

    async def rank(self) -> None:
        """Handle all events, and have the lists made anew."""
        await settled(self.app)
        self.clock.move(MINUTE)
        await self.app.trending.ranker.rank()

    async def count_hours(self) -> None:
        """Handle all events, and have the hours counted that are over."""
        await settled(self.app)
        await self.app.trending.counting.count_hours()

    async def trends(self, lang: str = ALL) -> Sequence[Trend]:
        """Return the list, made anew."""
        await self.rank()
        return await self.app.trends.listed(lang)

    async def names(self, lang: str = ALL) -> list[str]:
        """Return the names on the list, made anew."""
        return [trend.name for trend in await self.trends(lang)]
