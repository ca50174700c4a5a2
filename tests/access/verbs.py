"""What comes of every verb of the socket, for each role. A visitor gets no line at all."""

from __future__ import annotations

from typing import Any

from tests.access.roles import (
    NO_LINE,
    Outcomes,
    Row,
    acked,
    acked_for_facilitators,
    signed_in,
)

MESSAGE, MEMBER = {"message": "{message}"}, {"member": "{member}"}
MINE, HELD, ASIDE = {"message": "{mine}"}, {"message": "{held}"}, {"message": "{aside}"}
BODY = {"body": "Thank you for the weir."}
WHY = {"why": "It names someone."}
STEP = {"step": "{live_step}"}
HOLDER = acked_for_facilitators()


def verb(name: str, outcomes: Outcomes, case: str = "", *, during: str = "", **fields: Any) -> Row:
    return Row(name, outcomes, case=case, fields=fields, during=during)


VERBS = [
    verb("open", acked()),
    verb("close", signed_in("ack", visitor=NO_LINE)),
    verb("typing", signed_in("ack", visitor=NO_LINE)),
    verb("post", acked(muted="muted"), id="{client_id}", **BODY),
    verb(
        "post",
        acked("closed", peer="ack", muted="muted"),
        "in a round",
        during="round",
        id="{client_id}",
        **BODY,
    ),
    verb("edit", acked(muted="muted"), "one’s own", **MINE, **BODY),
    verb("edit", acked("bad_frame"), "another’s", **MESSAGE, **BODY),
    verb("take_back", acked(), "one’s own", **MINE),
    verb("take_back", acked("bad_frame"), "another’s", **MESSAGE),
    verb("respond", acked(), **MESSAGE, response="heard"),
    verb("read", acked(), seq=1),
    verb("hush", acked()),
    verb("unhush", acked()),
    verb("hide", acked(facilitator="bad_frame"), **MEMBER),
    verb("unhide", acked(facilitator="bad_frame"), **MEMBER),
    # Care
    verb("tell", acked(), "of a message", **MESSAGE, reason="worried"),
    verb("tell", acked(), "of a person", **MEMBER, reason="worried"),
    verb("close_card", signed_in("ack", visitor=NO_LINE), card="{card}"),
    verb("take_up", HOLDER, concern="{concern}"),
    verb("give_back", HOLDER, concern="{concern}"),
    verb("settle", HOLDER, concern="{concern}", outcome="talked"),
    verb("reopen", HOLDER, during="settled", concern="{settled}"),
    # Holding the room
    verb("set_aside", HOLDER, **MESSAGE, **WHY),
    verb("put_back", HOLDER, **ASIDE),
    verb("let_through", HOLDER, **HELD),
    verb("ask_to_change", HOLDER, **HELD, **WHY),
    verb("hold", HOLDER, "a person", **MEMBER),
    verb("hold", HOLDER, "the room"),
    verb("unhold", HOLDER, "a person", **MEMBER),
    verb("unhold", HOLDER, "the room"),
    verb("mute", HOLDER, **MEMBER, **WHY, until="{tomorrow}"),
    verb("unmute", HOLDER, **MEMBER),
    verb("remove", HOLDER, **MEMBER, **WHY),
    verb("let_back_in", HOLDER, member="{gone}"),
    verb("pace", HOLDER, seconds=10),
    verb("pause", HOLDER),
    verb("resume", HOLDER),
    verb("hours", HOLDER, hours="reading"),
    verb("daily_hours", HOLDER, changes=[{"at": "22:00", "hours": "reading"}]),
    verb("undo", HOLDER, during="set", seq="{set_at}"),
    verb("here", HOLDER),
    verb("away", HOLDER),
    # A live session
    verb("begin", HOLDER),
    verb("seat", acked(), during="session", agreed=True),
    verb("step_out", acked(), during="round"),
    verb("hand", acked(peer="closed", facilitator="closed"), during="round"),
    verb("pass", acked(facilitator="closed"), during="round"),
    verb("last", acked(facilitator="closed"), during="round"),
    verb("done", acked("conflict", peer="ack"), during="round"),
    verb("phase", HOLDER, during="round", phase="check_in", **STEP),
    verb("give_piece", HOLDER, during="round", **STEP),
    verb("order", HOLDER, during="round", members=["{member}"], **STEP),
    verb("breath", HOLDER, during="round"),
    verb("give_time", HOLDER, during="round", seconds=60, **STEP),
    verb("take_over", HOLDER, during="round", **STEP),
    verb("end", HOLDER, during="round", **STEP),
]
