"""Care for whoever writes: words the house looks for, the cards it shows, the flags it raises.

founding.py   the lists a house begins with
lists.py      phrases, as patterns
sourcing.py   the one rule that holds a message
flagging.py   looking at what was said, after it was delivered
caring.py     what follows: a card, a flag
cards.py      what the author alone is shown
concerns.py   telling of a message or a person
appealing.py  asking for another look
calling.py    who is told of it by mail, and when
settling.py   looking after what was told
reminding.py  what waits longer than the house promises
desk.py       all of it that one facilitator has to see to, in one list
"""
