"""What drawing asks for beside a message: who said it, and what few messages have, what they
answer, who set them aside or asked for a change and why, the question that they are.

One statement for a whole page. As joins of every message these tables were most of what a page
cost the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection

from chat.models import Asking, Message, SetAside
from community.planned import planned_once, rows_of
from programs.models import Membership, PromptDelivery, Realm

# Asked together, so their columns are alike: which of the five, its id and public id, three
# texts, a number, something sealed, another id and another number. What is NULL takes its type
# from the one before.
_QUOTED = """
SELECT 'quoted', q.id, q.public_id, q.state,
  (SELECT m.name FROM programs_membership m WHERE m.id = q.membership_id),
  (SELECT p.question FROM programs_promptdelivery p WHERE p.id = q.prompt_id),
  q.placed_seq, q.sealed_words, q.membership_id,
  (SELECT m.swatch FROM programs_membership m WHERE m.id = q.membership_id)
FROM {these}
"""
_SET_ASIDE = """
SELECT 'set aside', s.message_id, '', '',
  (SELECT m.name FROM programs_membership m WHERE m.id = s.by_id), '', 0, s.sealed_why, s.by_id, 0
FROM {these}
"""
_ASKED = """
SELECT 'asked', a.message_id, '', '',
  (SELECT m.name FROM programs_membership m WHERE m.id = a.by_id), '', 0, a.sealed_why, a.by_id, 0
FROM {these}
"""
_QUESTIONS = """
SELECT 'question', p.id, p.public_id, p.theme,
  (SELECT r.dye || ' ' || r.weave FROM programs_realm r WHERE r.id = p.realm_id),
  p.question, p.week, NULL, p.realm_id, 0
FROM {these}
"""
_MEMBERS = """
SELECT 'member', m.id, m.public_id, m.role, m.name, '', 0, NULL, 0, m.swatch
FROM {these}
"""
# With the table that each is about, and which of its columns is asked for.
_PARTS = {
    "quoted": (_QUOTED, "chat_message q", "id"),
    "set aside": (_SET_ASIDE, "chat_setaside s", "message_id"),
    "asked": (_ASKED, "chat_asking a", "message_id"),
    "question": (_QUESTIONS, "programs_promptdelivery p", "id"),
    "member": (_MEMBERS, "programs_membership m", "id"),
}
_SAID = (Message.State.POSTED, Message.State.HELD)


def join(
    messages: Collection[Message], *, set_aside: Iterable[int] = (), asked: Collection[int] = ()
) -> None:
    """Joins to these messages what they have beside them; who set them aside to those that are
    set aside now, and to the messages `set_aside`, which may have been put back since; who asked
    for a change likewise, to what is held and to `asked`."""
    known = {message.pk: message for message in messages}
    quoting = [m for m in messages if m.reply_to_id and m.state in _SAID]
    questions = [m for m in messages if m.prompt_id]
    asked = {m.pk for m in messages if m.state == Message.State.HELD or m.pk in asked}
    aside = {m.pk for m in messages if m.state == Message.State.SET_ASIDE}.union(set_aside)
    found = _found(
        {
            # What stands on the same page is at hand.
            "quoted": {m.reply_to_id for m in quoting if m.reply_to_id} - known.keys(),
            "set aside": aside,
            "asked": asked,
            "question": {m.prompt_id for m in questions if m.prompt_id},
            "member": {m.membership_id for m in messages if m.membership_id},
        }
    )
    members = {pk: _author(pk, row) for pk, row in found["member"].items()}
    for message in messages:
        if message.membership_id:
            message.membership = members[message.membership_id]
    for pk, row in found["set aside"].items():
        _set_aside(known[pk], row)
    for pk in asked:
        _asking(known[pk], found["asked"].get(pk))
    weekly = {pk: _question(pk, row) for pk, row in found["question"].items()}
    for message in questions:
        message.prompt = weekly[message.prompt_id or 0]
    quoted = known | {pk: _quoted(pk, row) for pk, row in found["quoted"].items()}
    for message in quoting:
        # None where it was erased between the two questions.
        message.reply_to = quoted.get(message.reply_to_id or 0)


def _found(wanted: dict[str, Collection[int]]) -> dict[str, dict[int, tuple[Any, ...]]]:
    """The rows of each part by their ids."""
    found: dict[str, dict[int, tuple[Any, ...]]] = {part: {} for part in _PARTS}
    statements, parameters = [], []
    for part, (sql, table, column) in _PARTS.items():
        if wanted[part]:
            these, ids = rows_of(table, column, wanted[part])
            statements.append(sql.format(these=these))
            parameters += ids
    if statements:
        with planned_once(), connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), parameters)
            for part, pk, *row in cursor.fetchall():
                found[part][pk] = tuple(row)
    return found


def _quoted(pk: int, row: tuple[Any, ...]) -> Message:
    public_id, state, name, question, placed_seq, sealed_words, member, swatch = row
    values = (pk, public_id, member, sealed_words, state, placed_seq)
    quoted = Message.from_db(connection.alias, _OF_QUOTED, values)
    if member is None:
        quoted.prompt = PromptDelivery(question=question)
    else:
        quoted.membership = _member(member, name, swatch)
    return quoted


# In the order of the models' fields, which `from_db` asks for.
_OF_QUOTED = ("id", "public_id", "membership_id", "sealed_words", "state", "placed_seq")
_OF_AUTHOR = ("id", "public_id", "role", "name", "swatch")
_OF_NAMED = ("id", "name", "swatch")


def _author(pk: int, row: tuple[Any, ...]) -> Membership:
    public_id, role, name, _, _, _, _, swatch = row
    return Membership.from_db(connection.alias, _OF_AUTHOR, (pk, public_id, role, name, swatch))


def _member(pk: int, name: str, swatch: int) -> Membership:
    return Membership.from_db(connection.alias, _OF_NAMED, (pk, name, swatch))


def _set_aside(message: Message, row: tuple[Any, ...]) -> None:
    _, _, name, _, _, sealed_why, by, swatch = row
    # Is the message's `setting_aside` with that, too.
    SetAside(message=message, sealed_why=sealed_why, by=_member(by, name, swatch))


def _asking(message: Message, row: tuple[Any, ...] | None) -> None:
    """The message knows then whether there is one."""
    if row is None:
        Message.asking.related.set_cached_value(message, None)
        return
    _, _, name, _, _, sealed_why, by, swatch = row
    Asking(message=message, sealed_why=sealed_why, by=_member(by, name, swatch))


def _question(pk: int, row: tuple[Any, ...]) -> PromptDelivery:
    public_id, theme, cloth, question, week, _, realm, _ = row
    dye, weave = cloth.split() if cloth else ("", "")
    return PromptDelivery(
        pk=pk,
        public_id=public_id,
        week=week,
        theme=theme,
        question=question,
        realm=Realm(pk=realm, dye=dye, weave=weave) if realm else None,
    )
