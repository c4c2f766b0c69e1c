"""Bundles: a listening test as a folder that needs no server, and its key."""
