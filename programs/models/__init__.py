"""What we walk through: programs, cohorts and circles, joining, prompts, the journal."""

from programs.models.circles import (
    Break,
    Circle,
    Cohort,
    CohortPause,
    Membership,
    Removal,
)
from programs.models.journal import Reflection
from programs.models.joining import Agreement, AgreementAcceptance, Application
from programs.models.pages import (
    FacilitatorProfile,
    ProgramIndexPage,
    ProgramPage,
    ProgramWeek,
    Realm,
)
from programs.models.prompts import PromptDelivery

__all__ = [
    "Agreement",
    "AgreementAcceptance",
    "Application",
    "Break",
    "Circle",
    "Cohort",
    "CohortPause",
    "FacilitatorProfile",
    "Membership",
    "ProgramIndexPage",
    "ProgramPage",
    "ProgramWeek",
    "PromptDelivery",
    "Realm",
    "Reflection",
    "Removal",
]
