"""SSL Endpoint: certificates that users bring themselves, served on custom domains."""
