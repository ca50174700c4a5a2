"""News that travels upwards: those below say it, those above listen."""

from django.dispatch import Signal

# Beat's one-minute tick. Receivers sweep what is due; running them twice is dull.
tick = Signal()

# A person's right to be here changed: signed out, a session revoked, password or keys changed,
# account closed. Sent after commit. Argument: person_id. It says to look, not what was found:
# which of their sessions still stand, the database knows.
access_changed = Signal()
