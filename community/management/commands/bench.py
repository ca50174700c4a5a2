"""`manage.py bench`: measures the house, and tries what it can bear; see docs/performance.md."""

import sys

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string


class Command(BaseCommand):
    help = "Measure the house. It starts its own servers, and leaves nothing behind."

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            main = import_string("tests.bench.main.main")
        except ImportError as error:
            raise CommandError("The bench needs the tests and what they use.") from error
        sys.exit(main(argv[2:]))
