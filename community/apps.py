from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CommunityConfig(AppConfig):
    name = "community"

    def ready(self) -> None:
        # Those who listen to the news: each module connects what it does about it.
        from community import checks, notices, roles, sessions, tidying  # noqa: F401

        post_migrate.connect(roles.settle)
