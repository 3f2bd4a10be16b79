"""`python -m chirrup` is `chirrup`."""

from chirrup.cli import main

main()
