"""Addresses of what we walk through."""

from django.urls import path

from programs import idle
from programs.views import applying, deciding, journal, listening, pages, places, record, sessions

urlpatterns = [
    path(idle.AWAKE.lstrip("/"), idle.awake, name="awake"),
    path("programs/", pages.programs, name="programs"),
    path("programs/<slug:slug>/", pages.program, name="program"),
    path("places/", places.places, name="places"),
    path("places/record/", record.record, name="record"),
    path("circles/<str:circle>/sessions/", sessions.sessions, name="sessions"),
    path(
        "circles/<str:circle>/sessions/<str:week_of>.ics", sessions.one_session, name="one_session"
    ),
    path("calendar/", sessions.subscribe, name="calendar_subscription"),
    path("calendar/circles.ics", sessions.feed, name="calendar_feed"),
    path("circles/<str:circle>/listen/", listening.listen, name="listen"),
    path("circles/<str:circle>/leave/", places.leave, name="leave"),
    path("circles/<str:circle>/rest/", places.rest, name="rest"),
    path("circles/<str:circle>/applications/", deciding.applications, name="applications"),
    path("applications/<str:application>/", deciding.one, name="application"),
    path("applications/<str:application>/decide/", deciding.decide, name="decide"),
    path("apply/<str:circle>/", applying.begin, name="apply"),
    path("apply/<str:circle>/withdraw/", applying.withdraw, name="withdraw"),
    path("apply/<str:circle>/change/", applying.change, name="change_application"),
    path("apply/<str:circle>/enter/", applying.enter, name="enter"),
    path("apply/<str:circle>/<slug:step>/", applying.step, name="apply_step"),
    path("reflect/<str:delivery>/", journal.reflect, name="reflect"),
    path("journal/", journal.pages, name="journal"),
    path("journal/new/", journal.new_page, name="new_page"),
    path("journal/<str:page>/", journal.one_page, name="page"),
    path("journal/<str:page>/copy/", journal.copy, name="copy_page"),
    path("journal/<str:page>/delete/", journal.delete, name="delete_page"),
]
