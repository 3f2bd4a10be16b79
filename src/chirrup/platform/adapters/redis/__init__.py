"""The ports on Redis 7 and Redis Cluster."""
