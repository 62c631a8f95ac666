"""Kuznia: a research platform for trading whose numbers can be trusted, compared and reproduced."""
