"""What an editor has given a time goes live then, and is taken down then."""

from django.core.management import call_command
from django.dispatch import receiver

from community.signals import tick


@receiver(tick)
def publish_what_is_due(**kwargs: object) -> None:
    """Wagtail keeps the times and leaves it to the house to look at the clock."""
    call_command("publish_scheduled")
