from django.apps import AppConfig
from django.db.models.signals import post_migrate
from wagtail.users.apps import WagtailUsersAppConfig


class CommunityConfig(AppConfig):
    name = "community"
    default = True

    def ready(self) -> None:
        # Those who listen to the news: each module connects what it does about it.
        from community import alerts, checks, notices, roles, sessions, tidying  # noqa: F401

        post_migrate.connect(roles.settle)


class PeopleInCmsConfig(WagtailUsersAppConfig):
    """Wagtail's own, with people as this house keeps them."""

    default = False
    user_viewset = "community.people_admin.PeopleViewSet"
