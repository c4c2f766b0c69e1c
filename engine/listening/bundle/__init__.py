"""Bundles: a listening test as a folder that needs no server, and its key, which says whose the clips are."""
