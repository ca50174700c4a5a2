"""What we walk through: programs, cohorts and circles, joining, prompts, the journal."""

from programs.models.circles import Circle
from programs.models.cohorts import Cohort, CohortPause, Weekday
from programs.models.joining import Agreement, AgreementAcceptance, AnswerReading, Application
from programs.models.journal import Reflection
from programs.models.memberships import Break, Membership, Removal, name_key
from programs.models.pages import (
    ProgramFacilitator,
    ProgramIndexPage,
    ProgramPage,
    ProgramWeek,
)
from programs.models.prompts import PromptDelivery
from programs.models.realms import FacilitatorProfile, Realm
from programs.models.sessions import CalendarFeed, SessionChange

__all__ = [
    "Agreement",
    "AgreementAcceptance",
    "AnswerReading",
    "Application",
    "Break",
    "CalendarFeed",
    "Circle",
    "Cohort",
    "CohortPause",
    "FacilitatorProfile",
    "Membership",
    "ProgramFacilitator",
    "ProgramIndexPage",
    "ProgramPage",
    "ProgramWeek",
    "PromptDelivery",
    "Realm",
    "Reflection",
    "Removal",
    "SessionChange",
    "Weekday",
    "name_key",
]
