"""Benchmarks of the embedded profile that need more than a page."""
