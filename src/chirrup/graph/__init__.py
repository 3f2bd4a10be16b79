"""Who follows, blocks and mutes whom.

Publishes FollowCreated, FollowEnded, BlockCreated, BlockEnded. Listens to its own follows, to count them, and to
AccountDeleted.
"""

from chirrup.graph.events import BlockCreated, BlockEnded, FollowCreated, FollowEnded
from chirrup.graph.models import Relations
from chirrup.graph.service import Graph

__all__ = ["BlockCreated", "BlockEnded", "FollowCreated", "FollowEnded", "Graph", "Relations"]
