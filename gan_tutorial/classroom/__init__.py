"""Tools for a live notebook, the check of exercises, and the grading of what a class hands in."""
