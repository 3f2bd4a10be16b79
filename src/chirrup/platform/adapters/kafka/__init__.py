"""Kafka as the log, with a schema registry that speaks Confluent's API."""
