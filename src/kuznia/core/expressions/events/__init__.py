"""Functions that make one value of the events between two decisions."""
