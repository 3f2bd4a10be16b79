"""Blobs in a bucket of Amazon S3, or of what speaks its protocol."""
