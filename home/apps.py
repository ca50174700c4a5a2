from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        # Says where help is to whoever asks `community.help`.
        from home import near  # noqa: F401
