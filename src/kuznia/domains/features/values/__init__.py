"""Values of features: computed once in chunks, kept in the files of runs, and found again by key."""
