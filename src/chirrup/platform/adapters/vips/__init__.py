"""Pictures, decoded by libvips in processes of their own: what a stranger's file breaks is not the server."""
