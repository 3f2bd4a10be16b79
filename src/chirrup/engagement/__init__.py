"""Likes and retweets.

Publishes PostLiked and PostUnliked; a retweet is a post, so the posts slice publishes it. Listens to its own likes, to
count them, and to PostDeleted and AccountDeleted.
"""

from chirrup.engagement.events import PostLiked, PostUnliked
from chirrup.engagement.service import Engagement

__all__ = ["Engagement", "PostLiked", "PostUnliked"]
