"""A run's life: its folder, its record, its environment, and the signals that end it."""
