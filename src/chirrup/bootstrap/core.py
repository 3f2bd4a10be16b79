"""Wiring of accounts, graph, pictures, posts and home timelines, which the other slices stand on."""

from dataclasses import dataclass

from chirrup.accounts import Accounts, Sessions
from chirrup.accounts.passwords import Passwords
from chirrup.accounts.store import AccountStore, SessionStore
from chirrup.accounts.tokens import Tokens
from chirrup.bootstrap.wiring import Ground, Pictures, wire_fan_out, wire_media, wire_post_reader
from chirrup.engagement import Engagement
from chirrup.engagement.handlers import EngagementHandlers
from chirrup.engagement.store import LikeStore
from chirrup.graph import Graph
from chirrup.graph.handlers import GraphHandlers
from chirrup.graph.store import GraphStore
from chirrup.platform.http.guard import Gate
from chirrup.platform.http.limits import Limits
from chirrup.platform.ports import Subscription
from chirrup.posts import PostReader, Posts
from chirrup.posts.handlers import PostHandlers
from chirrup.posts.store import PostStore
from chirrup.timelines import HomeTimelines
from chirrup.timelines.fanout import FanOut
from chirrup.timelines.pulled import PulledAuthors
from chirrup.timelines.store import TimelineTables

_DAY = 24 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The lower slices, with the stores that those above them share."""

    account_store: AccountStore
    graph_store: GraphStore
    post_store: PostStore
    gate: Gate
    accounts: Accounts
    sessions: Sessions
    graph: Graph
    pictures: Pictures
    posts: Posts
    reader: PostReader
    engagement: Engagement
    home: HomeTimelines
    fan_out: FanOut

    def subscriptions(self) -> list[Subscription]:
        """Return what they listen to beside fan-outs."""
        return [
            *GraphHandlers(self.graph, self.accounts).subscriptions(),
            *self.pictures.subscriptions(),
            *PostHandlers(self.posts, self.accounts).subscriptions(),
            *EngagementHandlers(self.engagement, self.posts).subscriptions(),
        ]


def wire_core(ground: Ground, passwords: Passwords) -> Core:
    """Wire the lower slices."""
    on, ids, clock, settings, idempotency = ground.on, ground.ids, ground.clock, ground.settings, ground.idempotency
    db, cache = on.db, on.cache
    account_store, graph_store, tables = AccountStore(settings.media_base), GraphStore(), TimelineTables()
    post_store, like_store = PostStore(), LikeStore()
    tokens = Tokens(on.keys, clock, issuer=settings.origin, lifetime=settings.access_token_seconds)
    lifetime = settings.session_days * _DAY
    sessions = Sessions(db, account_store, SessionStore(), passwords, tokens, ids, clock, cache, lifetime)
    accounts = Accounts(db, account_store, sessions, passwords, ids, cache)
    graph = Graph(db, graph_store, accounts, idempotency, ids, clock, cache)
    pictures = wire_media(ground, accounts)
    posts = Posts(db, post_store, accounts, graph, pictures.library, idempotency, ids, clock, cache)
    reader = wire_post_reader(ground, like_store, post_store, accounts, graph, pictures.library)
    home = HomeTimelines(
        db, tables, posts, post_store, reader, on.timelines, cache, PulledAuthors(db, tables, cache),
        ground.telemetry, settings.timeline_size, settings.timeline_recent,
    )  # fmt: skip
    return Core(
        account_store=account_store,
        graph_store=graph_store,
        post_store=post_store,
        gate=Gate(sessions, accounts, Limits(on.limiter, ground.telemetry, settings.rate_limits == "on")),
        accounts=accounts,
        sessions=sessions,
        graph=graph,
        pictures=pictures,
        posts=posts,
        reader=reader,
        engagement=Engagement(db, like_store, posts, ids),
        home=home,
        fan_out=wire_fan_out(ground, home, graph_store, accounts),
    )
