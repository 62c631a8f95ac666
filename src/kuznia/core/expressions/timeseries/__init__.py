"""Functions of one instrument's own past."""
