"""The bench: `python3 manage.py bench room` measures the room beside a plain Channels chat.

room.py     what is asked for, the rounds, and what comes of it
shapes.py   what is done to a server: steady talk, faster and faster, a burst, all at once
crowd.py    the people on their sockets: they send on time and note when what arrives
wire.py     WebSocket and HTTP as the load speaks them, as cheap as Python can
dialects.py how each of the two servers wants to be spoken to
tally.py    what came too late, twice, in another order, or not at all
sides.py    the two servers: started, watched, ended
machine.py  cores, processor seconds, memory
table.py    the table
ours.py     people and circles put into the house, and its messages looked at afterwards
plain/      the plain chat of the Channels tutorial, and the same for it
"""
