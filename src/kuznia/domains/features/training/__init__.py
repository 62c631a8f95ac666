"""Training frames: the values of a run beside a label, each row with the time when it was known."""
