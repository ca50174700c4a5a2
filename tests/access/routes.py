"""What comes of every address and method of the house, for each role.

An address stands here as in its pattern, without the converters. What a page says to someone
who belongs and may not do this now has the status of its refusal (422, 400), never 403.
"""

from __future__ import annotations

from tests.access.cms import CMS
from tests.access.roles import (
    GET,
    POST,
    Row,
    everyone,
    facilitators,
    members,
    only,
    signed_in,
)

ROOM = "circles/<circle>/"
MESSAGE = f"{ROOM}messages/<message>/"
MEMBER = f"{ROOM}members/<member>/"
WHY = {"why": "It names someone."}
BODY = {"body": "Thank you for the weir."}
NOBODY = everyone(404, visitor="sign in")
LEADS = only(200, "lead", "superuser")
HELD, ASIDE, MINE = {"message": "held"}, {"message": "aside"}, {"message": "mine"}


def live(verb: str, outcomes: dict[str, str], *, during: str = "round", **fields: str) -> Row:
    at = {"verb": verb}
    return Row(f"{ROOM}live/<verb>/", outcomes, POST, verb, fields, at, during)


ROUTES = [
    # The room
    Row(ROOM, members(200), GET),
    Row(f"{ROOM}before/<seq>/", members(200), GET),
    Row(f"{ROOM}after/<seq>/", members(200), GET),
    Row(f"{ROOM}find/", members(200), GET),
    Row(f"{ROOM}find/", members(303), POST, fields={"q": "heron"}),
    Row(f"{ROOM}read/", members(303), POST, fields={"seq": "1"}),
    Row(f"{ROOM}hush/", members(303), POST),
    Row(f"{ROOM}hush/", members(303), POST, "off", {"off": "1"}),
    Row(f"{ROOM}reaching/", members(200), GET),
    Row(f"{ROOM}events", members(200, visitor="404"), GET),
    Row(f"{ROOM}messages/", members(303, visitor="401", muted="422"), POST, fields=BODY),
    Row(
        f"{ROOM}messages/",
        members(201, visitor="404", muted="422"),
        POST,
        "JSON",
        BODY | {"id": "{client_id}"},
        as_json=True,
    ),
    # A message
    Row(MESSAGE, members(200), GET),
    Row(MESSAGE, facilitators(200), GET, "held", at=HELD),
    Row(f"{MESSAGE}tell/", members(200), GET),
    Row(f"{MESSAGE}tell/", members(200), POST, fields={"reason": "worried"}),
    Row(f"{MESSAGE}respond/", members(303), POST, fields={"response": "heard"}),
    Row(f"{MESSAGE}who/", members(200), GET, "one’s own", at=MINE),
    Row(f"{MESSAGE}who/", NOBODY, GET, "another’s"),
    Row(f"{MESSAGE}edit/", members(303, muted="422"), POST, "one’s own", BODY, MINE),
    Row(f"{MESSAGE}edit/", members(400), POST, "another’s", BODY),
    Row(f"{MESSAGE}take-back/", members(303), POST, "one’s own", at=MINE),
    Row(f"{MESSAGE}take-back/", members(400), POST, "another’s"),
    Row(f"{MESSAGE}set-aside/", facilitators(303), POST, fields=WHY),
    Row(f"{MESSAGE}put-back/", facilitators(303), POST, at=ASIDE),
    Row(f"{MESSAGE}let-through/", facilitators(303), POST, at=HELD),
    Row(f"{MESSAGE}ask-to-change/", facilitators(303), POST, fields=WHY, at=HELD),
    Row(f"{MESSAGE}set-aside-held/", facilitators(303), POST, fields=WHY, at=HELD),
    # A member
    Row(f"{MEMBER}tell/", members(200), GET),
    Row(f"{MEMBER}tell/", members(200), POST, fields={"reason": "worried"}),
    Row(f"{MEMBER}hide/", members(303, facilitator="400"), POST),
    Row(f"{MEMBER}unhide/", members(303, facilitator="400"), POST),
    Row(f"{MEMBER}mute/", facilitators(303), POST, fields=WHY | {"for": "hour"}),
    Row(f"{MEMBER}unmute/", facilitators(303), POST),
    Row(f"{MEMBER}hold/", facilitators(303), POST),
    Row(f"{MEMBER}unhold/", facilitators(303), POST),
    Row(f"{MEMBER}remove/", facilitators(303), POST, fields=WHY),
    Row(f"{MEMBER}note/", facilitators(303), POST, fields=BODY),
    Row(f"{MEMBER}check-in/", facilitators(200), GET),
    Row(f"{MEMBER}check-in/", facilitators(303), POST, fields=BODY),
    # How the room goes
    Row(f"{ROOM}keeping/", facilitators(200), GET),
    Row(f"{ROOM}attendance/", facilitators(200), GET),
    Row(f"{ROOM}hold/", facilitators(303), POST),
    Row(f"{ROOM}unhold/", facilitators(303), POST),
    Row(f"{ROOM}pace/", facilitators(303), POST, fields={"seconds": "10"}),
    Row(f"{ROOM}pause/", facilitators(303), POST),
    Row(f"{ROOM}resume/", facilitators(303), POST),
    Row(f"{ROOM}hours/", facilitators(303), POST, fields={"hours": "reading"}),
    Row(f"{ROOM}daily-hours/", facilitators(303), POST, fields={"at": "22:00", "hours": "reading"}),
    Row(f"{ROOM}here/", facilitators(303), POST),
    Row(f"{ROOM}away/", facilitators(303), POST),
    Row(f"{ROOM}hand-over/", facilitators(200), GET),
    Row(f"{ROOM}hand-over/", facilitators(303), POST, fields={"to": "{co}", "brief": "All well."}),
    # A live session
    Row(f"{ROOM}live/", members(200), GET),
    Row(f"{ROOM}live/", members(200), GET, "in a round", during="round"),
    live("begin", facilitators(303), during=""),
    live("seat", members(303), during="session", agreed="on"),
    live("step_out", members(303)),
    live("hand", members(303, peer="422", facilitator="422")),
    live("pass", members(303, facilitator="422")),
    live("last", members(303, facilitator="422")),
    live("done", members(409, peer="303")),
    live("say", members(422, peer="303"), **BODY),
    live("phase", facilitators(303), phase="check_in", step="{live_step}"),
    live("give_piece", facilitators(303), step="{live_step}"),
    live("order", facilitators(303), order="{member}", step="{live_step}"),
    live("breath", facilitators(303)),
    live("give_time", facilitators(303), seconds="60", step="{live_step}"),
    live("take_over", facilitators(303), step="{live_step}"),
    live("end", facilitators(303), step="{live_step}"),
    # The desk, what was told, and talks of two
    Row("desk/", only(200, "facilitator", "neighbour", "lead", "superuser"), GET),
    Row(f"{ROOM}desk/", facilitators(200), GET),
    Row("desk/<concern>/take-up/", facilitators(303), POST),
    Row("desk/<concern>/settle/", facilitators(303), POST, fields={"outcome": "talked"}),
    Row(
        "desk/<concern>/reopen/",
        facilitators(303),
        POST,
        at={"concern": "settled"},
        during="settled",
    ),
    Row("leads/", LEADS, GET),
    Row("told/", signed_in(200), GET),
    Row("told/<concern>/again/", only(200, "peer"), POST, at={"concern": "settled"}),
    Row("appeal/<entry>/", only(200, "muted"), GET),
    Row("appeal/<entry>/", only(200, "muted"), POST),
    Row(f"{ROOM}cards/", members(200), GET),
    Row(f"{ROOM}cards/<card>/close/", members(303), POST),
    Row(f"{ROOM}notes/<note>/forget/", facilitators(303), POST),
    Row(f"{ROOM}check-ins/", members(200, peer="302", facilitator="302"), GET),
    Row(f"{ROOM}check-ins/<talk>/", only(200, "peer", "facilitator"), GET),
    Row(f"{ROOM}check-ins/<talk>/answer/", only(303, "peer", "facilitator"), POST, fields=BODY),
    Row(f"{ROOM}check-ins/<talk>/end/", only(303, "peer", "facilitator"), POST),
    # Where someone belongs
    Row("awake/", signed_in(204, visitor="401"), POST),
    Row("places/", signed_in(200), GET),
    Row("places/record/", signed_in(200), GET),
    Row(f"{ROOM}sessions/", members(200), GET),
    Row(
        f"{ROOM}sessions/",
        facilitators(302),
        POST,
        fields={"week_of": "{week_of}", "what": "cancel"},
    ),
    Row(f"{ROOM}sessions/<week_of>.ics", members(200), GET),
    Row("calendar/", signed_in(302), POST),
    Row("calendar/circles.ics", everyone(404), GET, "without its key"),
    Row(f"{ROOM}leave/", members(200), GET),
    Row(f"{ROOM}leave/", members(302), POST),
    Row(f"{ROOM}rest/", members(302), POST),
    Row(f"{ROOM}listen/", NOBODY, GET),
    Row(f"{ROOM}listen/", NOBODY, POST, fields={"name": "Fern"}),
    Row(
        f"{ROOM}listen/",
        members(200, neighbour="200"),
        GET,
        "of one’s program",
        at={"circle": "open_circle"},
        during="open",
    ),
    Row(
        f"{ROOM}listen/",
        members(302, neighbour="302"),
        POST,
        "of one’s program",
        {"name": "Fern"},
        {"circle": "open_circle"},
        "open",
    ),
    # Coming in
    Row("apply/<circle>/", signed_in(200), GET),
    Row("apply/<circle>/", signed_in(302, applicant="200"), POST),
    Row("apply/<circle>/withdraw/", only(302, "applicant"), POST),
    Row("apply/<circle>/change/", only(302, "applicant"), POST),
    Row("apply/<circle>/enter/", only(302, "applicant"), GET),
    Row("apply/<circle>/enter/", only(302, "applicant"), POST, fields={"name": "Lark"}),
    Row("apply/<circle>/<step>/", signed_in(302), GET),
    Row("apply/<circle>/<step>/", signed_in(302), POST),
    Row(f"{ROOM}applications/", facilitators(200), GET),
    Row("applications/<application>/", facilitators(200), GET),
    Row(
        "applications/<application>/decide/",
        facilitators(302),
        POST,
        fields={"decision": "waiting"},
    ),
    # The journal
    Row("reflect/<delivery>/", members(200), GET),
    Row("reflect/<delivery>/", members(302), POST, fields={"words": "A page.", "seen": "1"}),
    Row("journal/", signed_in(200), GET),
    Row("journal/new/", signed_in(200), GET),
    Row("journal/new/", signed_in(302), POST, fields={"words": "A page."}),
    Row("journal/<page>/", only(200, "peer"), GET),
    Row("journal/<page>/", only(302, "peer"), POST, fields={"words": "A page.", "seen": "1"}),
    Row("journal/<page>/copy/", only(200, "peer"), GET),
    Row("journal/<page>/delete/", only(200, "peer"), GET),
    Row("journal/<page>/delete/", only(302, "peer"), POST),
    # One's account
    Row("accounts/", signed_in(200), GET),
    Row("accounts/", signed_in(422), POST, "in no such zone", {"time_zone": "Nowhere"}),
    Row("accounts/link/", everyone(410), GET, "used up"),
    Row("accounts/link/", everyone(410), POST, "used up"),
    Row("accounts/login/code/confirm/", everyone(302, visitor="sign in"), GET),
    Row("accounts/login/code/confirm/", everyone(302, visitor="sign in"), POST),
    Row("accounts/logout/", signed_in(200, visitor="302"), GET),
    Row("accounts/logout/", everyone(302), POST),
    Row("accounts/2fa/webauthn/login/", everyone(302, visitor="sign in"), GET),
    Row("accounts/2fa/webauthn/login/", everyone(302, visitor="sign in"), POST),
    # What the world sees
    Row("programs/", everyone(200), GET),
    Row("programs/", everyone(200), POST),
    Row("programs/<slug>/", everyone(200), GET),
    Row("programs/<slug>/", everyone(200), POST),
    Row("theme/", everyone(302), POST),
    Row("support/", everyone(200), GET),
    Row("support/worker.js", everyone(200), GET),
    Row("robots.txt", everyone(200), GET),
    Row("sitemap.xml", everyone(200), GET),
    Row("media/<folder>/<name>", everyone(404), GET, "no picture"),
    Row("healthz/live", everyone(200), GET),
    Row("healthz/live", everyone(200), POST),
    Row("healthz/ready", everyone(200), GET),
    Row("healthz/ready", everyone(200), POST),
    *CMS,
]
