"""What running Chirrup on several machines takes; nothing of it is part of the server."""
