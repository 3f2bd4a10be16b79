"""The services of the cluster profile: `scripts/services`, and the containers that resemble them."""
