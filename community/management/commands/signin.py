"""`manage.py signin ADDRESS`: a link that signs someone in, once, within 15 minutes."""

import getpass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.http import urlencode

from community import links
from community.models import User


class Command(BaseCommand):
    help = "Print a single-use sign-in link for the person with this address; it is recorded."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> str:
        address = User.objects.normalize_email(options["address"])
        person = User.objects.filter(email=address).first()
        if person is None:
            raise CommandError("Nobody here has this address.")
        if not person.is_active:
            raise CommandError("The account with this address is closed.")
        token = links.issue(person=person, printed_by=_whoever_runs_this())
        # The token stands in the query, which is never logged.
        return f"{settings.ORIGIN}{reverse('sign_in_link')}?{urlencode({'token': token})}"


def _whoever_runs_this() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return "unknown"
