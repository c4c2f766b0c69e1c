"""Recurrences: all steps of an unroll at once, with gradients written by hand; a cell may do without one."""
