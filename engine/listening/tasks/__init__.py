"""Tasks: kinds of blind trials."""
