"""Redis Streams as the log, for clusters without Kafka."""
