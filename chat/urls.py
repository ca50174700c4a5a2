"""Addresses of the rooms."""

from django.urls import path, register_converter

from chat.views import (
    attendance,
    beside,
    concerns,
    desk,
    facilitating,
    finding,
    forms,
    keeping,
    leads,
    lease,
    live,
    live_forms,
    reading,
    room,
    twins,
)
from community.models import PUBLIC_ID


class PublicId:
    """The random name of a circle, a message or a member. Nothing else is looked for."""

    regex = PUBLIC_ID.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PublicId, "public_id")

_A_ROOM = "circles/<public_id:circle>/"
_A_MESSAGE = "circles/<public_id:circle>/messages/<public_id:message>/"
_A_MEMBER = "circles/<public_id:circle>/members/<public_id:member>/"

urlpatterns = [
    path("circles/<public_id:circle>/", room.room, name="room"),
    path("circles/<public_id:circle>/before/<int:seq>/", room.room_before, name="room_before"),
    path("circles/<public_id:circle>/after/<int:seq>/", room.room_after, name="room_after"),
    path("circles/<public_id:circle>/find/", finding.find, name="find"),
    path("circles/<public_id:circle>/read/", reading.read, name="read"),
    path("circles/<public_id:circle>/hush/", reading.hush, name="hush"),
    path("circles/<public_id:circle>/reaching/", reading.reaching, name="reaching"),
    path("circles/<public_id:circle>/live/", live.live, name="live"),
    path("circles/<public_id:circle>/live/<slug:verb>/", live_forms.live_do, name="live_do"),
    path("circles/<public_id:circle>/attendance/", attendance.attendance, name="attendance"),
    path("circles/<public_id:circle>/events", twins.room_events, name="room_events"),
    path("circles/<public_id:circle>/messages/", forms.post_message, name="post_message"),
    path(_A_MESSAGE, forms.message, name="message"),
    path(f"{_A_MESSAGE}tell/", concerns.tell_message, name="tell_message"),
    path(f"{_A_MESSAGE}respond/", forms.respond, name="respond"),
    path(f"{_A_MESSAGE}who/", reading.who, name="who"),
    path(f"{_A_MESSAGE}edit/", forms.edit, name="edit"),
    path(f"{_A_MESSAGE}take-back/", forms.take_back, name="take_back"),
    path(f"{_A_MESSAGE}set-aside/", facilitating.set_aside, name="set_aside"),
    path(f"{_A_MESSAGE}put-back/", facilitating.put_back, name="put_back"),
    path(f"{_A_MESSAGE}let-through/", facilitating.let_through, name="let_through"),
    path(f"{_A_MESSAGE}ask-to-change/", facilitating.ask_to_change, name="ask_to_change"),
    path(f"{_A_MEMBER}tell/", concerns.tell_member, name="tell_member"),
    path("circles/<public_id:circle>/cards/", concerns.own_cards, name="cards"),
    path(
        "circles/<public_id:circle>/cards/<public_id:card>/close/",
        concerns.close_card,
        name="close_card",
    ),
    path("desk/", desk.all_circles, name="desk"),
    path("desk/<public_id:concern>/take-up/", desk.take_up, name="take_up"),
    path("desk/<public_id:concern>/give-back/", desk.give_back, name="give_back"),
    path("desk/<public_id:concern>/settle/", desk.settle, name="settle"),
    path("desk/<public_id:concern>/reopen/", desk.reopen, name="reopen"),
    path("leads/", leads.leads, name="leads"),
    path("leads/<public_id:circle>/remind/", leads.remind, name="remind"),
    path("circles/<public_id:circle>/desk/", desk.one_circle, name="desk_of"),
    path(f"{_A_MESSAGE}set-aside-held/", desk.set_aside_held, name="set_aside_held"),
    path(f"{_A_MEMBER}note/", desk.note, name="note"),
    path(
        "circles/<public_id:circle>/notes/<public_id:note>/forget/",
        desk.forget_note,
        name="forget_note",
    ),
    path(f"{_A_MEMBER}check-in/", beside.begin_check_in, name="begin_check_in"),
    path("circles/<public_id:circle>/check-ins/", beside.check_ins, name="check_ins"),
    path(
        "circles/<public_id:circle>/check-ins/<public_id:talk>/", beside.check_in, name="check_in"
    ),
    path(
        "circles/<public_id:circle>/check-ins/<public_id:talk>/answer/",
        beside.answer,
        name="answer_check_in",
    ),
    path(
        "circles/<public_id:circle>/check-ins/<public_id:talk>/end/",
        beside.end,
        name="end_check_in",
    ),
    path("circles/<public_id:circle>/hand-over/", beside.hand_over, name="hand_over"),
    path("told/", concerns.told, name="told"),
    path("told/<public_id:concern>/again/", concerns.appeal_answer, name="appeal_answer"),
    path("appeal/<int:entry>/", concerns.appeal, name="appeal"),
    path(f"{_A_MEMBER}hide/", reading.hide, name="hide"),
    path(f"{_A_MEMBER}unhide/", reading.unhide, name="unhide"),
    path(f"{_A_MEMBER}mute/", facilitating.mute, name="mute"),
    path(f"{_A_MEMBER}unmute/", facilitating.unmute, name="unmute"),
    path(f"{_A_MEMBER}hold/", facilitating.hold_member, name="hold_member"),
    path(f"{_A_MEMBER}unhold/", facilitating.unhold_member, name="unhold_member"),
    path(f"{_A_MEMBER}remove/", facilitating.remove_member, name="remove_member"),
    path(f"{_A_MEMBER}let-back-in/", facilitating.let_back_in, name="let_back_in"),
    path(f"{_A_ROOM}keeping/", keeping.keeping, name="keeping"),
    path(f"{_A_ROOM}hold/", facilitating.hold_room, name="hold_room"),
    path(f"{_A_ROOM}unhold/", facilitating.unhold_room, name="unhold_room"),
    path(f"{_A_ROOM}pace/", facilitating.pace, name="pace"),
    path(f"{_A_ROOM}pause/", facilitating.pause, name="pause"),
    path(f"{_A_ROOM}resume/", facilitating.resume, name="resume"),
    path(f"{_A_ROOM}hours/", facilitating.keep_hours, name="hours"),
    path(f"{_A_ROOM}daily-hours/", facilitating.keep_daily_hours, name="daily_hours"),
    path(f"{_A_ROOM}undo/<int:seq>/", facilitating.undo, name="undo_setting"),
    path(f"{_A_ROOM}here/", lease.here, name="here"),
    path(f"{_A_ROOM}away/", lease.away, name="away"),
]
