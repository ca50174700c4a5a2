"""`manage.py demo`: a believable house to look around in, and more of it for trials of size."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from community import demo

# From the ground up: the site's root before the program pages, circles before their talk.
PLANTED = ("community", "home", "programs", "chat")


class Command(BaseCommand):
    help = "Put the demo house in place; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--circles", type=_count, default=0, help="add this many circles")
        parser.add_argument("--members", type=_count, default=8, help="people in each of those")
        parser.add_argument("--messages", type=_count, default=0, help="messages in each of those")
        parser.add_argument("--json", action="store_true", help="only tell who and what is there")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["json"] or options["circles"] or options["messages"]:
            plant(options["circles"], options["members"], options["messages"])
        if options["json"]:
            self.stdout.write(json.dumps(census(), ensure_ascii=False))


def plant(circles: int, members: int, messages: int) -> None:
    for package in PLANTED:
        import_string(f"{package}.demo.plant")()
    if circles:
        import_string("programs.demo.plant_more")(circles, members)
    if messages:
        import_string("chat.demo.plant_more")(messages)


def census() -> dict[str, Any]:
    """Circles and people as docs/operations.md describes them for scripts."""
    told: dict[str, Any] = import_string("programs.demo.census")()
    people = {person["address"]: {"staff": [], **person} for person in told["people"]}
    for address, roles in demo.staff_roles().items():
        person = people.setdefault(address, {"address": address, "staff": [], "circles": []})
        person["staff"] = roles
    return {"circles": told["circles"], "people": list(people.values())}


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > 100_000:
        raise CommandError(f"A number from 0 to 100000 is needed, not “{text}”.")
    return int(text)
