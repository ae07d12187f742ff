"""Grading: a class's handed-in notebooks are run and checked in kernels of their own."""
