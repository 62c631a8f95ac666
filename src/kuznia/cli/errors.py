"""What the command line says when it cannot go on: one clear sentence."""


class StartError(Exception):
    """Kuznia cannot start, for a reason that its one sentence tells together with the remedy."""
