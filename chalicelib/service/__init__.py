"""The use-cases: one function a command."""
