"""What no slice owns: the ports, their adapters, and the HTTP conventions that all slices share."""
