"""The nouns of the service and their transitions: frozen values, no I/O."""
