"""Addresses of the rooms."""

from django.urls import path

from chat.views import forms, room, twins

_A_MESSAGE = "circles/<str:circle>/messages/<str:message>/"
_A_MEMBER = "circles/<str:circle>/members/<str:member>/"

urlpatterns = [
    path("circles/<str:circle>/", room.room, name="room"),
    path("circles/<str:circle>/before/<int:seq>/", room.room_before, name="room_before"),
    path("circles/<str:circle>/events", twins.room_events, name="room_events"),
    path("circles/<str:circle>/messages/", forms.post_message, name="post_message"),
    path(_A_MESSAGE, forms.message, name="message"),
    path(f"{_A_MESSAGE}respond/", forms.respond, name="respond"),
    path(f"{_A_MESSAGE}edit/", forms.edit, name="edit"),
    path(f"{_A_MESSAGE}take-back/", forms.take_back, name="take_back"),
    path(f"{_A_MESSAGE}set-aside/", forms.set_aside, name="set_aside"),
    path(f"{_A_MEMBER}mute/", forms.mute, name="mute"),
    path(f"{_A_MEMBER}unmute/", forms.unmute, name="unmute"),
]
