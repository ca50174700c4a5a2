"""The house's help lines, for those above and below who ask what is near a person."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.cache import cache
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from community import help
from home.models import Country, HelpLine

# They stand on the pages of whoever needs them most, and hardly ever change; where they do, it is
# seen everywhere in this time, and in this process at once.
_REMEMBERED_FOR = 30  # seconds
_ALL_LINES = "home.near.generation"


def find(country: str) -> Sequence[help.Line]:
    """Lines of the country with these two letters first, then those that answer everywhere."""
    key = f"home.near.{cache.get(_ALL_LINES, 0)}.{get_language()}.{country}"
    return cache.get_or_set(key, lambda: _found(country), _REMEMBERED_FOR) or []


@receiver([post_save, post_delete], sender=HelpLine)
@receiver([post_save, post_delete], sender=Country)
@receiver(m2m_changed, sender=HelpLine.countries.through)
def forget(sender: type, **kwargs: object) -> None:
    cache.set(_ALL_LINES, cache.get(_ALL_LINES, 0) + 1, None)


def _found(country: str) -> list[help.Line]:
    here = Country.objects.filter(code=country).first()
    lines = HelpLine.objects.for_country(here) if here else HelpLine.objects.for_anywhere()
    own = {line.pk for line in here.lines.all()} if here else set()
    ordered = sorted(lines, key=lambda line: (line.pk not in own, line.sort_order, line.name))
    known = [
        help.Line(one.name, one.words, one.number, one.sms, one.website, one.written_in)
        for one in ordered
    ]
    if here:
        emergency = help.Line(_("In danger right now"), "", here.emergency_number, "", "")
        return [*known[:1], emergency, *known[1:]]
    return known


help.kept_by(find)
