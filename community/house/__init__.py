"""How the house stands: its processes, its broker, its ports. No Django before `preparation`."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Unable(Exception):
    """Something cannot be done. Its text is one sentence for the person who asked."""
