"""Care for whoever writes: words the house looks for, the cards it shows, the flags it raises.

founding.py   the lists a house begins with
lists.py      phrases, as patterns
sourcing.py   the one rule that holds a message
flagging.py   looking at what was said, after it was delivered
cards.py      what the author alone is shown
"""
