"""Addresses of the rooms."""

from django.urls import path

from chat.views import twins

urlpatterns = [
    path("circles/<str:circle>/events", twins.room_events, name="room_events"),
]
