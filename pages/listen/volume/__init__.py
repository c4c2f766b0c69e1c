"""Volume: the check of how loud the clips of a test will be, before it begins."""
