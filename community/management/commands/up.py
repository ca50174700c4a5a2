"""`manage.py up` runs without Django (see manage.py); this lists it among the commands."""

import sys

from django.core.management.base import BaseCommand

from community.house import up


class Command(BaseCommand):
    help = "Start the whole house on this machine: broker, web, worker and beat."

    def run_from_argv(self, argv: list[str]) -> None:
        sys.exit(up.main(argv[2:]))
