"""Asking for another look: at an act about oneself, or at how something one told was settled.

The program leads look, and of those not whoever did it, where another may.
"""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext as _

from chat import log, refusal, words
from chat.care import concerns
from chat.models import Concern, Room
from chat.refusal import Refused
from community import audit
from community.models import AuditEntry, User
from programs.models import Membership


def appeal(*, by: User, entry: int, note: str = "") -> Concern:
    """Asks the program leads to look again at an act about oneself. Raises Refused."""
    said = words.clean_remark(note)
    act = AuditEntry.objects.filter(seq=entry, about=by.public_id).first()
    mine = Membership.objects.filter(user=by, circle__public_id=act.circle) if act else None
    now_or_last = F("left_at").desc(nulls_first=True)
    me = mine.order_by(now_or_last, "-pk").first() if mine is not None else None
    if act is None or me is None or not audit.may_be_appealed(act.verb):
        raise refusal.not_member()
    with log.writing(act.circle) as room:
        if known := Concern.objects.filter(raised_by=me, entry=entry).first():
            return known
        concern = Concern(entry=entry, against=User.objects.filter(public_id=act.by).first())
        concern.message = room.messages.filter(public_id=act.message).first()
        return _appeal(room, concern, by=me, said=said)


def appeal_answer(*, by: User, concern: str, note: str = "") -> Concern:
    """Asks the program leads to look again at how something one told was settled."""
    said = words.clean_remark(note)
    told = Concern.objects.raised_by_person(by).filter(public_id=concern).first()
    if told is None or told.raised_by is None or told.kind == Concern.Kind.APPEAL:
        raise refusal.not_member()
    if told.settled_at is None:
        raise Refused("bad_frame", _("Nobody has settled this yet."))
    with log.writing(told.room.circle.public_id) as room:
        if known := told.appeals.first():
            return known
        again = Concern(looks_again_at=told, against=told.settled_by, message=told.message)
        return _appeal(room, again, by=told.raised_by, said=said)


def _appeal(room: Room, concern: Concern, *, by: Membership, said: str) -> Concern:
    """To the leads, about whoever did it; the lock is held."""
    concern.room, concern.raised_by, concern.to_leads = room, by, True
    concern.kind, concern.reason = Concern.Kind.APPEAL, Concern.Reason.APPEAL
    if concern.against:
        theirs = Membership.objects.filter(circle=room.circle_id, user=concern.against)
        concern.about = theirs.order_by("-pk").first()
    concern.seal_note(said)
    concerns.raise_concern(room, concern)
    return concern
