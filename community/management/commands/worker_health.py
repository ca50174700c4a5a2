"""`manage.py worker_health` runs without Django (see manage.py); this lists it with the others."""

import sys

from django.core.management.base import BaseCommand

from community.house import alive


class Command(BaseCommand):
    help = "Whether the worker or the beat of this folder gave a sign of life lately."

    def run_from_argv(self, argv: list[str]) -> None:
        sys.exit(alive.main(argv[2:]))
