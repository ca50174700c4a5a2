"""`manage.py prepare`: tables and static files, and in an empty house a front door; with --demo, a
demo house behind it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from community.house import Unable
from community.house.preparation import prepare


class Command(BaseCommand):
    help = "Migrate, collect static files and found the house, where there is something to do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill an empty house")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            prepare(demo=options["demo"])
        except Unable as unable:
            raise CommandError(str(unable)) from unable
