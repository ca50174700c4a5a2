"""When a verb of the circles says no."""


class Refused(Exception):
    """What was asked cannot be done; the text is a sentence for the one who asked."""
