"""What the slices need from outside, each with the promise that its contract test checks."""

from chirrup.platform.ports.bus import Batch, Bus, Delivery, Subscription
from chirrup.platform.ports.cache import Cache, Load, Wanted
from chirrup.platform.ports.database import Database, Reader, Row, Transaction
from chirrup.platform.ports.languages import LanguageDetector
from chirrup.platform.ports.limits import Decision, Limit, RateLimiter
from chirrup.platform.ports.live import Hear, LiveChannel, Miss
from chirrup.platform.ports.media import Blob, BlobStore, Crop, Picture, PictureMaker, PictureOrder, Version
from chirrup.platform.ports.push import PushDevice, PushGateway, PushMessage, PushService
from chirrup.platform.ports.search import SearchBuild, SearchIndex, SoleBuilder
from chirrup.platform.ports.timelines import Timeline, TimelineStore

__all__ = [
    "Batch",
    "Blob",
    "BlobStore",
    "Bus",
    "Cache",
    "Crop",
    "Database",
    "Decision",
    "Delivery",
    "Hear",
    "LanguageDetector",
    "Limit",
    "LiveChannel",
    "Load",
    "Miss",
    "Picture",
    "PictureMaker",
    "PictureOrder",
    "PushDevice",
    "PushGateway",
    "PushMessage",
    "PushService",
    "RateLimiter",
    "Reader",
    "Row",
    "SearchBuild",
    "SearchIndex",
    "SoleBuilder",
    "Subscription",
    "Timeline",
    "TimelineStore",
    "Transaction",
    "Version",
    "Wanted",
]
