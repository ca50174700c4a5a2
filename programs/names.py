"""The names people go by in a circle."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import regex
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.models import name_key
from programs.refusal import Refused

if TYPE_CHECKING:
    from community.models import User
    from programs.models import Circle

LONGEST = 40
# Joiners and variation selectors build emoji and some scripts; every other unseen character
# could make two names look alike, or turn a line round.
_JOINERS = {"\u200c", "\u200d", "\ufe0e", "\ufe0f"}
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def tidy(name: str) -> str:
    """`name` as it is kept. Raises Refused where nobody could read it."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    letters = regex.findall(r"\X", name)
    if not letters:
        raise Refused(
            _("Write the name you’d like the circle to use. It needn’t be your legal name.")
        )
    if len(letters) > LONGEST or len(name) > 4 * LONGEST:
        said = ngettext(
            "A name has at most %(n)d character.", "A name has at most %(n)d characters.", LONGEST
        )
        raise Refused(said % {"n": LONGEST})
    if not name_key(name).strip("".join(_JOINERS)) or any(map(_is_unseen, name)):
        raise Refused(_("This name has characters that can’t be seen. Write it without them."))
    if any(len(letter) > 12 for letter in letters):
        raise Refused(_("This name has too many marks on one letter."))
    return name


def claimed_name(circle: Circle, person: User, name: str) -> str:
    """`name`, tidied, if `person` may go by it in `circle`. Raises Refused where they may not.

    The caller holds the circle's lock. A name stays with whoever had it first, also after they
    left, so that nobody inherits another's words; one who comes back has their own again.
    """
    name = tidy(name)
    others = circle.memberships.exclude(user=person)
    if others.filter(name_key=name_key(name)).exists():
        raise Refused(_("Someone in this circle goes by that name. Choose another."))
    return name


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSEEN and letter not in _JOINERS
