"""The record and the vault in one SQLite file: of one server, and of tests."""
