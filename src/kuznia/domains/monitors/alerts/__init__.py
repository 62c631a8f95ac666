"""Alerts of all models that a person may see, in one list."""
