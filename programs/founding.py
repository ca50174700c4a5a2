"""What every house begins with: the realms of life, and the first version of the agreement.

Both are a house's own from then on: realms are edited, agreements followed by newer versions.
"""

CLAUSES = (
    "What is shared here stays here. I take away my own learning and nobody else’s story.",
    "I come from a private place, where nobody else can read or listen.",
    "One speaks at a time, and I share the air.",
    "I speak from “I”, from my own life.",
    "I leave advice at the door unless someone asks for it.",
    "It’s fine to pass: for me, and for everyone.",
    "I respect what differs between us, and that we are equals here.",
    "I leave out graphic detail.",
    "I suggest no medication and name none, and I ask for, offer or compare no medicine, dose or "
    "provider.",
    "I promote no other group or service.",
    "I exchange no contact details and no accounts elsewhere.",
    "I come to meetings sober. I don’t diagnose and I don’t rescue.",
    "I record nothing, and I let no note-taking software in.",
    "If harm happens, I help to repair it.",
    "I know the facilitator may hold a message, pause a talk, or call for help if someone’s life "
    "is at risk.",
    "I know this is peer support. It is not therapy and not a crisis service.",
)

# slug, name, about, dye, weave
REALMS = (
    ("mind", "Mind", "Ideas, beliefs and open questions.", "woad", "twill"),
    ("body", "Body", "Rest, breath, food, movement, touch.", "madder", "basket"),
    ("emotion", "Emotion", "What asks to be felt, and what eases.", "elder", "herring"),
    ("spirit", "Spirit", "Wonder, meaning, something larger.", "weld", "check"),
    ("relationship", "Relationship", "Who is near, and how near.", "birch", "twill-back"),
    ("work-and-play", "Work and play", "What fills the days and lightens them.", "onion", "rib"),
)
