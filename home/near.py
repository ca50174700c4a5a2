"""The house's help lines, for those above and below who ask what is near a person."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from community import help
from community.remembered import Remembered
from home.models import Country, HelpLine

# They stand on the pages of whoever needs them most.
_lines: Remembered[list[help.Line]] = Remembered("home.near")


def find(country: str) -> Sequence[help.Line]:
    """Lines of the country with these two letters first, then those that answer everywhere."""
    return _lines.get(f"{get_language()}.{country}", lambda: _found(country))


@receiver([post_save, post_delete], sender=HelpLine)
@receiver([post_save, post_delete], sender=Country)
@receiver(m2m_changed, sender=HelpLine.countries.through)
def forget(sender: type, **kwargs: object) -> None:
    _lines.forget()


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
