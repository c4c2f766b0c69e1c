"""How fast models sample, how soon pages play and what a search costs, with yardsticks of the same run."""
