"""Pictures: uploading them, what posts show, avatars and banners, and the end of what nobody uses.

Publishes nothing. Listens to AccountDeleted.
"""

from chirrup.media.checking import lost_blobs
from chirrup.media.models import Medium
from chirrup.media.portraits import Portraits
from chirrup.media.service import MediaLibrary
from chirrup.media.tidying import Tidying

__all__ = ["MediaLibrary", "Medium", "Portraits", "Tidying", "lost_blobs"]
