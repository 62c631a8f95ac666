"""Bundles between installations, and models for other programs."""
