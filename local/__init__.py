"""SSL Endpoint on one machine: `python -m local`."""
