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
# Small letters of other alphabets that are drawn as Latin ones, or whose capitals are.
_CYRILLIC = (
    "\u0430\u0432\u0435\u0455\u0456\u0458\u043a\u043c\u043d\u043e\u0440"
    "\u0441\u0442\u0443\u0445\u04af\u050d\u051b\u051d\u04cf\u04bb\u0501"
)
_GREEK = "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"
_OTHER = "\u0131\u0261\u0251\u0585\u057d\u0570"
_AS_LATIN = str.maketrans(
    _CYRILLIC + _GREEK + _OTHER, "abesijkmhopctyxygqwihd" + "abezhikmnoptyx" + "igaouh"
)


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
    others = circle.memberships.exclude(user=person).values_list("name", flat=True)
    if _as_it_looks(name) in map(_as_it_looks, others):
        raise Refused(_("Someone in this circle goes by that name. Choose another."))
    return name


def _as_it_looks(name: str) -> str:
    """The same for names that are told apart by their alphabet alone: nobody comes as another."""
    apart = unicodedata.normalize("NFKD", name).casefold()  # letters, and marks for themselves
    return name_key(apart.translate(_AS_LATIN))


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSEEN and letter not in _JOINERS
