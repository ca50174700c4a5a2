from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        # Says where help is to whoever asks `community.help`; listens to beat's tick.
        from home import links, near, publishing  # noqa: F401

        # Not only where a page is drawn: the worker publishes, too.
        links.watch_pages()
