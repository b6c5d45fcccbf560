"""What things cost, measured against peers in one run: `python -m bench`."""
