"""Certificates, keys and chains as values: no clock, no files, no network."""
