"""Speeds, each as a ratio beside a yardstick that runs in the same minute on the same core."""
