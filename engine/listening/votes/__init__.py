"""Votes of listening tests: kept in SQLite, read from files, exported."""
