"""The hub: one per web process. Sockets hang on it, batches go through it, feeds come from it.

line.py        one socket, with its own patience
direct.py      a shorter way for its frames, where uvicorn gives it away
feed.py        one room's log, read once and handed to the lines that have it open
opening.py     circles opened, many people's in a few questions
scribe.py      what is said in a process, written down and handed on
batches.py     what comes together is done together, in one thread that talks to the database
patience.py    a room that somebody else holds keeps no other waiting
allowance.py   what one person may try costs others nothing
letters.py     messages that come by HTTP, each with its session
admission.py   who may be here: sessions and memberships, many in one question
hints.py       what the hubs of other processes are told and tell, without words
neighbours.py  who is here and who writes, told to those in the same circle
presence.py    who is here now, over all processes
watch.py       looks for itself: for what hints may have missed, and who may still be here
hub.py         puts them together
"""

from chat.hub.hub import Hub
from chat.hub.line import Line

__all__ = ["Hub", "Line"]
