"""The hub: one per web process. Sockets hang on it, batches go through it, feeds come from it.

line.py       one socket, with its own patience
feed.py       one room's log, read once and handed to the lines that have it open
batches.py    what comes together is done together, in one thread that talks to the database
patience.py   a room that somebody else holds keeps no other waiting
letters.py    messages that come by HTTP, each with its session
admission.py  who may be here: sessions and memberships, many in one question
presence.py   who is here now, over all processes
hub.py        puts them together; hears hints, and looks for itself where none come
"""

from chat.hub.hub import Hub
from chat.hub.line import Line

__all__ = ["Hub", "Line"]
