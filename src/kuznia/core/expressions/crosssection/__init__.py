"""Functions over all instruments, or the members of a group, at one time."""
