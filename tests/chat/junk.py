"""Frames that nobody should send: what is known to hurt, and valid frames with something wrong.

The same seed gives the same frames.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

# What is no frame at all, by what is wrong with it.
UNREADABLE = {
    "nothing": "",
    "no JSON": "hello",
    "a list": '[{"do":"post"}]',
    "a string": '"post"',
    "a number": "7",
    "null": "null",
    "without a verb": "{}",
    "a verb that is a number": '{"do":7}',
    "a verb that is a list": '{"do":["post"]}',
    "deep brackets": "[" * 8000,
    "deep braces": '{"do":' * 2700,
    "many brackets": "[" * 200_000,
    "a name that stands twice": '{"do":"post","body":"a","body":"b"}',
    "a name that stands twice, before a space": '{"do":"post","body" : "a","body" :"b"}',
    "a name that stands twice, written in two ways": '{"do":"post","body":"a","bod\\u0079":"b"}',
    "a name that stands twice inside": '{"do":"post","body":{"a":1,"a":2}}',
    "not a number": '{"do":"read","seq":NaN}',
    "infinity": '{"do":"read","seq":-Infinity}',
    "five thousand digits": '{"do":"read","seq":' + "9" * 5000 + "}",
    "a raw control sign": '{"do":"post","body":"a\x00b"}',
    "a raw lone surrogate": '{"do":"post","body":"\ud800"}',
    "half a frame": '{"do":"post","body":"a',
    "a tail": '{"do":"post"} {"do":"post"}',
    "a quarter of a megabyte": '{"do":"post","body":"' + "x" * 262_144 + '"}',
    "a byte order mark": '\ufeff{"do":"post"}',
}

# A word that stands in every body, so that one search of a log finds whatever leaked.
WORDS = "heron-on-the-weir"

# Each verb with all its fields; names in capitals are put in for each frame.
FIELDS: dict[str, dict[str, Any]] = {
    "open": {"since": 0},
    "close": {},
    "typing": {},
    "post": {"id": "UUID", "body": WORDS, "note": WORDS, "reply_to": "MESSAGE"},
    "edit": {"message": "MESSAGE", "body": WORDS, "note": WORDS},
    "take_back": {"message": "MESSAGE"},
    "respond": {"message": "MESSAGE", "response": "heard"},
    "read": {"seq": 1},
    "tell": {"message": "MESSAGE", "member": "MEMBER", "reason": "worried", "note": WORDS},
    "close_card": {"card": "MESSAGE"},
    "set_aside": {"message": "MESSAGE", "why": WORDS},
    "put_back": {"message": "MESSAGE"},
    "hold": {"member": "MEMBER"},
    "unhold": {"member": "MEMBER"},
    "let_through": {"message": "MESSAGE"},
    "ask_to_change": {"message": "MESSAGE", "why": WORDS},
    "mute": {"member": "MEMBER", "until": "2027-01-01T08:00:00Z", "why": WORDS},
    "unmute": {"member": "MEMBER"},
    "remove": {"member": "NOBODY", "why": WORDS},
    "let_back_in": {"member": "NOBODY"},
    "pace": {"seconds": 10},
    "pause": {},
    "resume": {},
    "hours": {"hours": "open"},
    "daily_hours": {"changes": [{"at": "22:00", "hours": "reading"}]},
    "undo": {"seq": 1},
    "here": {},
    "away": {},
    "take_up": {"concern": "MESSAGE"},
    "give_back": {"concern": "MESSAGE"},
    "settle": {"concern": "MESSAGE", "outcome": "talked", "note": WORDS},
    "reopen": {"concern": "MESSAGE"},
    "seat": {"agreed": True},
    "step_out": {},
    "hand": {},
    "pass": {},
    "last": {},
    "done": {},
    "begin": {},
    "phase": {"phase": "check_in", "step": 1},
    "give_piece": {"member": "MEMBER", "step": 1},
    "order": {"members": ["MEMBER"], "step": 1},
    "breath": {"seconds": 0},
    "give_time": {"seconds": 30, "step": 1},
    "take_over": {"step": 1},
    "end": {"step": 1},
    "hush": {},
    "unhush": {},
    "hide": {"member": "MEMBER"},
    "unhide": {"member": "MEMBER"},
}

_ODD: list[Any] = [
    *[None, True, False, 0, -1, 1.5, 1e308, 2**53, 2**63, 2**64, 10**400, -(10**30)],
    *["", " ", "\0", "\ud800", "\ufeff", "\u202e", "\u200b", "e" + "\u0301" * 200, "x" * 65],
    *["a" * 4001, "𒐫" * 300, "../../etc/passwd", "' OR 1=1 --", "%s%n{0}{{7*7}}", "\r\n\r\n"],
    *[[], [[]], [None], {}, {"a": {"b": {}}}, {"do": "post"}, ["MEMBER"] * 60, [WORDS] * 3],
    *["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2027-02-30T00:00:00Z", "25:99"],
    *["6F0D6A3E-3B0E-4C43-9D53-0F0B6F0A4C11", "urn:uuid:", "A" * 16, "é" * 16, "-" * 16],
]


class Junk:
    """`circle`, `messages` and `members` are real ones, so that a frame gets as far as it can."""

    def __init__(self, seed: int, *, circle: str, messages: list[str], members: list[str]) -> None:
        self.chance = random.Random(seed)
        self.circle = circle
        self._names = {
            "UUID": lambda: str(uuid.UUID(int=self.chance.getrandbits(128), version=4)),
            "MESSAGE": lambda: self.chance.choice(messages),
            "MEMBER": lambda: self.chance.choice(members),
            "NOBODY": lambda: "A" * 16,
        }

    def anything(self, count: int) -> Iterator[str | bytes]:
        """Frames of all kinds; some of them are valid after all."""
        kinds = [self._known, self._changed, self._cut, self._scrambled, self._noise, self._valid]
        for _ in range(count):
            kind = self.chance.choices(kinds, [2, 12, 2, 2, 1, 3])[0]
            yield kind()

    def unreadable(self, count: int) -> Iterator[str | bytes]:
        """Frames of which none is one."""
        for _ in range(count):
            yield self.chance.choices([self._known, self._cut, self._noise], [3, 2, 1])[0]()

    def _valid_fields(self) -> dict[str, Any]:
        verb = self.chance.choice(list(FIELDS))
        fields = {"do": verb, "circle": self.circle, "ref": f"r{self.chance.randrange(1000)}"}
        return fields | {name: self._named(value) for name, value in FIELDS[verb].items()}

    def _named(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._named(one) for one in value]
        named: Callable[[], str] | None = self._names.get(value) if isinstance(value, str) else None
        return named() if named else value

    def _valid(self) -> str:
        return json.dumps(self._valid_fields())

    def _changed(self) -> str:
        fields = self._valid_fields()
        for _ in range(self.chance.choice([1, 1, 2, 3])):
            name = self.chance.choice([*fields, "__class__", "since", "id", "body"])
            what = self.chance.random()
            if what < 0.25:
                fields.pop(name, None)
            elif what < 0.4:
                fields[name] = fields.get(self.chance.choice(list(fields) or [name]))
            else:
                fields[name] = self._named(self.chance.choice(_ODD))
        return json.dumps(fields, ensure_ascii=self.chance.random() < 0.7 or _is_lone(fields))

    def _scrambled(self) -> str:
        signs = list(self._valid())
        for _ in range(self.chance.randint(1, 5)):
            signs[self.chance.randrange(len(signs))] = chr(
                self.chance.choice([*range(128), 0x202E])
            )
        return "".join(signs)

    def _cut(self) -> str:
        whole = self._valid()
        return whole[: self.chance.randrange(1, len(whole))]

    def _known(self) -> str:
        while True:
            known = self.chance.choice(list(UNREADABLE.values()))
            if len(known) < 250_000 and not _is_lone(known):
                return known

    def _noise(self) -> bytes:
        return self.chance.randbytes(self.chance.choice([0, 1, 10, 1000]))


def _is_lone(value: Any) -> bool:
    """Whether it holds half a character, which only an escape can carry over a socket."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
