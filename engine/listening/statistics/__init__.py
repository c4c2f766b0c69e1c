"""Statistics of listening tests."""
