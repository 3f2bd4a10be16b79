"""Push gateways: Web Push, Apple's and Google's push services, and the choice between them by device."""
