"""The edges of what we walk through: each view asks who may, calls a verb, and says what came."""
