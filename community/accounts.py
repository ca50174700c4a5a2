"""How someone signs in: by a code sent to their address; passkeys and TOTP can be added."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """The house's choices where allauth leaves them open."""
