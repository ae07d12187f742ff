"""What generated images are worth: measures that compare them with real ones."""
