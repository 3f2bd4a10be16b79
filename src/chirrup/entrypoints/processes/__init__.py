"""Several processes: a parent that holds the sockets and keeps its children alive, and what a child does."""
