"""The Python client of a Kuznia server, for notebooks and scripts."""

from kuznia.client.client import Client
from kuznia.client.errors import JobFailed, NoAnswer, ProblemError

__all__ = ["Client", "JobFailed", "NoAnswer", "ProblemError"]
