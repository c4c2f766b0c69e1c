"""How fast models sample, how soon pages play and what a search costs,
each beside a yardstick measured in the same run."""
