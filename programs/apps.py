from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Programs")

    def ready(self) -> None:
        # Those who listen to beat's tick, and to each other's news; and who knows what is spoken.
        from programs import enrolment, idle, listening, prompts, spoken  # noqa: F401
