"""A made-up community of birds and bird-watchers, which fills a new instance.

`people` casts it, `grammar` gives it words (from `texts/`), `history` has it live for some days, and `filling` writes
that history as if it had happened: with ids and events of its own times.
"""
