"""Immutable files by digest."""

from kuznia.store.store import Store

__all__ = ["Store"]
