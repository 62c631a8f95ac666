"""Models: specifications, walk-forward training, bundles and scores.

The learners' own libraries are imported by the functions that fit or load them, so that reading a
specification needs none of them.
"""
