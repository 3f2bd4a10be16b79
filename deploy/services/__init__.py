"""The services that Chirrup's cluster profile stands on, as plain processes of this machine; see `scripts/services`."""
