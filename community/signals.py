"""News that travels upwards: those below say it, those above listen."""

from django.dispatch import Signal

# Beat's one-minute tick. Receivers sweep what is due; running them twice is dull.
tick = Signal()

# A person's right to be here changed: signed out, password or keys changed, account closed.
# Arguments: person_id, session_key (None: every session of theirs).
access_changed = Signal()
