"""Votes: kept in SQLite, read from files, exported."""
