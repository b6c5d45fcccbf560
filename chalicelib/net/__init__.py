"""The world outside: what is fetched from addresses that strangers chose."""
