"""Tools for a live notebook: a view of the training, sliders, and the check of exercises."""
