"""`manage.py worker_health [worker|beat]`: exit 0 while this machine's gave a sign lately."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from community.house.alive import TOO_OLD, SignOfLife


class Command(BaseCommand):
    help = "Whether the worker or beat of this folder gave a sign of life in the last minute."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", nargs="?", default="worker", choices=["worker", "beat"])

    def handle(self, *args: Any, **options: Any) -> str:
        age = SignOfLife(settings.VAR_DIR, options["part"]).age()
        if age is None:
            raise CommandError(f"The {options['part']} has given no sign of life yet.")
        if age > TOO_OLD:
            raise CommandError(f"The {options['part']} gave its last sign {age:.0f} s ago.")
        return f"The {options['part']} gave a sign {age:.0f} s ago."
