from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Rooms")

    def ready(self) -> None:
        # Those who listen to news from the circles below.
        from chat import hush, posting, seats  # noqa: F401
        from chat.care import flagging, settling  # noqa: F401
        from chat.live import watching  # noqa: F401
