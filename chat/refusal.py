"""A plain no: what can't be done, why, and what can be done instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class Refused(Exception):
    """Something a person asked of a room that can't be; `say` is the sentence they read.

    `code` is one of those in docs/protocol.md. `again_in` is in seconds, where waiting helps.
    The sentence never repeats what was written. Those of this module are worded when they are
    handed out: who raises them may not know to whom.
    """

    def __init__(self, code: str, say: str | StrPromise, *, again_in: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self._say = say
        self.again_in = again_in

    @property
    def say(self) -> str:
        return str(self._say)

    def as_frame(self) -> dict:
        frame: dict = {"is": "refused", "code": self.code, "say": self.say}
        if self.again_in is not None:
            frame["again_in"] = self.again_in
        return frame


def not_member() -> Refused:
    return Refused("not_member", _("There’s no circle of yours at this address."))


def bad_frame() -> Refused:
    return Refused("bad_frame", _("That couldn’t be read. Nothing was changed."))


def too_large() -> Refused:
    return Refused("too_long", _("This is too long to send at once. Send it in two parts."))


def not_kept() -> Refused:
    return Refused("closed", _("It couldn’t be sent just now. It’s kept here; send it again."))


def not_now() -> Refused:
    return Refused("closed", _("That didn’t work just now. Try again in a moment."))


def too_fast() -> Refused:
    return Refused("too_fast", _("That’s a lot at once. Wait a moment."), again_in=10)


def no_such_message() -> Refused:
    return Refused("bad_frame", _("That message isn’t here any more."))
