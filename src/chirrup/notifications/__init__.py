"""What others did that concerns an account: follows, likes, retweets, replies, mentions and quotes.

Publishes Notified. Listens to what is followed, liked, published and deleted. What it keeps is an index of that, and
the truth stays where it is: who liked a post is asked of the likes, at each read.
"""

from chirrup.notifications.events import Notified
from chirrup.notifications.reading import NotificationReader
from chirrup.notifications.service import Notifications

__all__ = ["NotificationReader", "Notifications", "Notified"]
