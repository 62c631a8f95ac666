"""A slice for tests of the queue: kinds of job that sleep, burn, fail or crash, with real handlers."""
