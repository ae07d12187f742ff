"""What a live notebook needs: a view of a training, sliders, and the check of an exercise."""
