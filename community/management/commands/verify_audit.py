"""`python3 manage.py verify_audit`: whether the record of what was done is whole."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from community import audit
from community.models import AuditEntry, AuditHead


class Command(BaseCommand):
    help = (
        "Walks the record of what was done and says where it is broken: an entry that was edited, "
        "removed or moved. Ends with 1 where it is. Keep what it prints as the newest elsewhere, "
        "and give it back with --has, to find a chain that was written anew as a whole."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--has", metavar="HASH", help="an entry this chain must hold")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [f"entry {fault.seq}: {fault.what}" for fault in audit.faults()]
        found += [f"the database no longer guards it: {name}" for name in audit.missing_guards()]
        if options["has"] and not AuditEntry.objects.filter(hash=options["has"]).exists():
            found.append("an entry that was there is not in this chain")
        if found:
            raise CommandError("The record is broken.\n" + "\n".join(found))
        head = AuditHead.objects.first()
        if head is None or not head.seq:
            self.stdout.write("The record is empty and whole.")
            return
        self.stdout.write(f"The record is whole: {head.seq} entries. The newest is {head.hash}")
