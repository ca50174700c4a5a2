"""News from the circles for those above."""

from django.dispatch import Signal

# Sent inside the transaction, so that what the listener writes stands or falls with it.
# Arguments: membership.
member_joined = Signal()
# Arguments: membership, by (a User or None), removed (bool).
membership_ended = Signal()
# A circle was made. Arguments: circle.
circle_formed = Signal()
# A due question was claimed; whoever posts it does so in this transaction. Arguments: delivery.
prompt_due = Signal()
