"""Draws the table as docs/access.md: `python -m tests.access.page > docs/access.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.access.roles import ROLES, Row
from tests.access.routes import ROUTES
from tests.access.verbs import VERBS

_HEAD = """\
# Who may do what

Drawn from the table in `tests/access/`, where each cell is tried against the house: an address or
a verb without a row fails the tests, and so does a row without one. Redraw it with
`python -m tests.access.page > docs/access.md`.

Each cell says what comes of an act in the circle that the applicant has applied to, where the
peer, those muted and on a break, and the facilitator belong, and from which one was removed. In
any other circle they are all strangers, as the other circle's facilitator is in this one; that is
tried, too, and that nobody reaches into another circle from their own.

A superuser holds every right of the house, and so hears what program leads hear. Neither they nor
leads nor editors have a seat in any room.
"""
_OF_ROUTES = """
## Addresses

The status of the answer: 2xx and 3xx are done; 404 is nothing here, which is what strangers find;
`sign in` leads there, or gives a form back with all that was written in it, to be sent once they
are in; `turned away` leads to another page of the CMS. 400, 409 and 422 are told to those who
belong why this can't be now. All forms need their token. Any other method is answered with 405.
"""
_OF_VERBS = """
## Verbs of the socket

`ack`, or the code of the refusal ([protocol.md](protocol.md)). A visitor's socket is closed at
once, with 4401. Closing, and saying that one writes, are about what the line itself has open.
"""


def drawn() -> str:
    return "\n".join([_HEAD + _OF_ROUTES, *_table(ROUTES), _OF_VERBS, *_table(VERBS), ""])


def _table(rows: Iterable[Row]) -> Iterator[str]:
    yield f"| | {' | '.join(ROLES.values())} |"
    yield "|---" * (len(ROLES) + 1) + "|"
    for row in rows:
        yield f"| {_name(row)} | {' | '.join(row.outcomes[role] for role in ROLES)} |"


def _name(row: Row) -> str:
    act = f"{row.method} /{row.name}" if row.method else row.name
    case = f", {row.case}" if row.case else ""
    when = f", {_WHEN[row.during]}" if row.during in _WHEN and "round" not in row.case else ""
    return f"`{act}`{case}{when}"


_WHEN = {"session": "in a session", "round": "in a round"}


if __name__ == "__main__":
    print(drawn(), end="")  # noqa: T201
