"""What the suites run on: `pytest --profile embedded` (the default) or `--profile cluster`."""
