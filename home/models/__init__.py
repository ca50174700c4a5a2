"""What the world sees: pages of the site, help lines, settings of the house."""

from home.models.help_lines import Country, HelpLine
from home.models.house import HouseSettings
from home.models.pages import HomePage, StandardPage, SupportPage

__all__ = ["Country", "HelpLine", "HomePage", "HouseSettings", "StandardPage", "SupportPage"]
