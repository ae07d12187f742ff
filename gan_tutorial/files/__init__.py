"""What lies on the disk: whole files, sums, the files of checkpoints, and where MNIST is."""
