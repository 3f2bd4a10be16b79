"""Live updates over real connections, in both profiles."""
