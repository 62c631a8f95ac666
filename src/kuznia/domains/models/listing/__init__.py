"""Versions as lists show them."""
