"""A believable set of programs, cohorts, circles and people; and more of them for trials.

Everything goes through the same verbs as in a real house. `plant` is safe to repeat: what stands
is left as it is. The site's home page has to stand before it, the talk in the rooms comes after.
"""

from programs.demo.census import census
from programs.demo.circles import plant
from programs.demo.crowd import plant_more

__all__ = ["census", "plant", "plant_more"]
