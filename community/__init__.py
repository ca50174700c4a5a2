"""Who we are: people, sign-in, keys, notices; and the wiring of the house."""

from community.celery import app as celery_app

__all__ = ["celery_app"]
