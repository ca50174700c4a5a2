"""The journal: pages that only their writer reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.models import public_id
from programs.models import PromptDelivery, Reflection
from programs.refusal import Refused

if TYPE_CHECKING:
    from community.models import User

LONGEST = 20_000
# Marks without end on one letter would count as one character; this many bytes never do.
_MOST_BYTES = 16 * LONGEST
_BETWEEN = "\n\n· · ·\n\n"


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping came to: the page, and whether it holds another tab's words beside these."""

    page: Reflection
    both: bool = False


def length(words: str) -> int:
    """As people count: a letter with its marks, an emoji, a flag is one."""
    return sum(1 for _letter in regex.finditer(r"\X", words))


def tidy(words: str) -> str:
    """`words` as they are kept. Raises Refused where there are none, or too many."""
    words = words.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    words = words.encode(errors="replace").decode()  # half of a surrogate pair is no letter
    if not words.strip():
        raise Refused(_("There’s nothing on this page yet. A single line is enough."))
    if len(words.encode()) > _MOST_BYTES:
        raise Refused(_("This is too much for one page. Move some of it to another."))
    if (count := length(words)) > LONGEST:
        said = ngettext(
            "A page holds %(most)d character, and this has %(n)d. Move some to another page.",
            "A page holds %(most)d characters, and this has %(n)d. Move some to another page.",
            LONGEST,
        )
        raise Refused(said % {"most": LONGEST, "n": count})
    return words


def keep(
    *,
    person: User,
    words: str,
    prompt: PromptDelivery | None = None,
    name: str = "",
    seen: int = 0,
) -> Kept:
    """Keep `words` as the page about `prompt`, or else as the free page with the public id `name`.

    `seen` is the version its writer had before them, 0 where there was none. Where another tab
    has kept something since, nothing is written over: both stay, and the writer chooses.
    Raises Refused as `tidy` does; where the name is another's page, Reflection.DoesNotExist.
    """
    words = tidy(words)
    name = name or public_id()
    page = Reflection(person=person, prompt=prompt, public_id=name)
    page.seal(words)
    mine = Reflection.objects.filter(person=person)
    mine = mine.filter(prompt=prompt) if prompt else mine.filter(public_id=name)
    if not mine.exists():
        try:
            with transaction.atomic():
                page.save(force_insert=True)
            return Kept(page)
        except IntegrityError:  # kept in another tab at the same moment
            pass
    return _keep_over(mine, words, seen)


@transaction.atomic
def _keep_over(mine, words: str, seen: int) -> Kept:
    page = mine.select_for_update(of=("self",)).select_related("person").get()
    if page.words == words and (seen == page.version or not page.sealed_other_words):
        page.seal_other("")
    elif page.version == seen:
        page.seal(words)
        page.seal_other("")
    elif words not in page.other_words:
        page.seal_other(_BETWEEN.join(filter(None, [page.other_words, words])))
    page.version += 1
    page.changed_at = timezone.now()
    page.save()
    return Kept(page, both=bool(page.sealed_other_words))


def let_go(*, page: Reflection) -> None:
    """Delete it for good."""
    Reflection.objects.filter(pk=page.pk, person=page.person_id).delete()
