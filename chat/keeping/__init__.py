"""Keeping a room kind: what facilitators do, told plainly to whoever it concerns.

facilitating  acting under the room's lock, as one who holds it
moderation    setting aside, only reading for a while, removing
holding       reading first what someone, or everyone, writes
pacing        how fast it goes, and whether it rests; hours.py when one may write
undoing       taking back what was set
acts          what each act is called and what undoes it; record.py writes it down
writing       who may write now, and what the others read
standing      how it all stands for one member
until         how long something lasts
"""
