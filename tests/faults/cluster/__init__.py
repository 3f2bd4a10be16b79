"""Faults of the cluster profile: real services that fail, and processes that die, under load."""
