"""`manage.py lock` runs without Django (see manage.py); this lists it among the commands."""

import sys

from django.core.management.base import BaseCommand

from community.house import locks


class Command(BaseCommand):
    help = "Pin what pyproject.toml asks for, by hash and without addresses."

    def run_from_argv(self, argv: list[str]) -> None:
        sys.exit(locks.main(argv[2:]))
