"""The page Board."""
