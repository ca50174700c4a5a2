"""Live sessions: parts, rounds, and a talking piece that goes from hand to hand.

order     who comes after whom; plain lists, no database
steps     one step of a session: the room's lock, the rows, one event with the whole state
state     what everyone is told
rounds    what members do: take a seat, raise a hand, pass, hand on
leading   what facilitators do: open, move on, give the piece, reorder, end
watching  what happens by itself: members who leave, rooms that nobody holds
"""
