"""Where pictures are kept, and what makes them: the same choices in both profiles."""

from chirrup.platform.adapters.folder.blobs import FolderBlobs
from chirrup.platform.adapters.s3.blobs import Bucket, BucketBlobs
from chirrup.platform.adapters.vips.maker import VipsMaker
from chirrup.platform.datadir import DataDir
from chirrup.platform.ports import BlobStore
from chirrup.platform.telemetry import Telemetry
from chirrup.settings import Settings


def blob_store(settings: Settings) -> BlobStore:
    """Return the bucket, if there is one, else the folder in the data directory."""
    if not settings.s3_bucket:
        return FolderBlobs(DataDir(settings.data_dir).media)
    return BucketBlobs(
        Bucket(
            name=settings.s3_bucket,
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            access_key_id=settings.s3_access_key_id,
            secret_access_key=settings.s3_secret_access_key,
            prefix=settings.s3_prefix,
        )
    )


def picture_maker(settings: Settings, telemetry: Telemetry) -> VipsMaker:
    """Return what decodes; its processes start with the first picture."""
    pixels = settings.media_megapixels * 1_000_000
    return VipsMaker(workers=settings.media_workers, pixels=pixels, metrics=telemetry.pictures)
