"""What an edge machine runs beside its TLS engine."""
