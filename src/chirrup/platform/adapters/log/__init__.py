"""A bus over a log that many processes read: what is the same for Kafka and for Redis Streams."""
