"""What the house writes down of its own running: one JSON line an event, to stderr.

Never members' words, never addresses, never the text of a request.
"""


def configuration(level: str) -> dict:
    """Django's LOGGING for `level`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(levelname)s %(name)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
        # It writes out what an exception says; `community.tick` names its kind instead.
        "loggers": {"django.dispatch": {"level": "CRITICAL"}},
        "root": {"handlers": ["stderr"], "level": level},
    }
