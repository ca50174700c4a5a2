"""News from the circles for those above.

Sent inside the transaction, so that what a listener writes stands or falls with it.
"""

from django.dispatch import Signal

# Arguments: membership, by (a User or None), removed (bool).
membership_ended = Signal()
# A removal was taken back: the membership goes on as if it had not been. Argument: membership.
membership_resumed = Signal()
# A due question was claimed; whoever posts it does so in this transaction. Arguments: delivery.
prompt_due = Signal()

# Asked before people are told of something outside the house. Argument: memberships. Receivers
# answer with those who want to hear nothing of their circle for now: {membership id: until}.
quiet_asked = Signal()
