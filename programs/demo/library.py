"""The questions and programs the demo begins with, and a real house may keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Week:
    """A week as it stands in a program: `realm` is a realm's slug."""

    realm: str
    theme: str
    about: str
    prompt: str
    practice: str


WEEKS = {
    "G1": Week(
        "body",
        "Arriving",
        "Names, agreements, and what brought each of us. We learn how to listen to one another.",
        "Arrive before you explain. What is holding your weight, what can you hear? Write three "
        "plain sentences from here, then one on how you are landing.",
        "Sit where you’ll sit for the sessions, once, for two minutes, with nothing to do.",
    ),
    "G2": Week(
        "body",
        "Care that fits a poor day",
        "One small act that still happens when little else does.",
        "Name one act of care you could repeat even on a poor day. What would make it two "
        "minutes easier?",
        "Put the thing you need for it where your hand finds it.",
    ),
    "M1": Week(
        "mind",
        "The idea that returns",
        "Saying it simply, and saying what is still in doubt.",
        "Which idea keeps returning? Say it as simply as you can, then write what you still "
        "doubt about it.",
        "Tell it to someone in one sentence, or to the kettle.",
    ),
    "M2": Week(
        "mind",
        "A belief, loosened",
        "What it once protected, and what might stand in its place.",
        "A belief about yourself has loosened. What did it once protect, and what would you "
        "like to try in its place?",
        "Notice it once this week when it speaks, and thank it.",
    ),
    "M3": Week(
        "mind",
        "Left open",
        "Some questions want company more than an answer.",
        "What have you been trying to solve that might prefer to stay open a while? How could "
        "you keep it company?",
        "Write it on a card and leave the back empty.",
    ),
    "B1": Week(
        "body",
        "What the body kept",
        "Sleep, breath, appetite, touch. Finding one kind thing that the body already asks for.",
        "Travel slowly from feet to crown. Which part speaks first, and what does it ask for "
        "that is within reach?",
        "Give it that, three times this week.",
    ),
    "B2": Week(
        "body",
        "It knew before you did",
        "Signals that came early, and how they were answered.",
        "Recall a moment when your body knew before you did. What was the signal, and how did "
        "you answer?",
        "Once a day, ask your shoulders.",
    ),
    "B3": Week(
        "body",
        "What steadied you",
        "Writing a way back for a harder month.",
        "Describe one rest, meal, breath or movement that steadied you, clearly enough to find "
        "it again in a hard month.",
        "Do it once on purpose, on an easy day.",
    ),
    "P1": Week(
        "mind",
        "One degree",
        "An old pattern came by. Where did the path bend?",
        "A familiar pattern came by this week. How old does it feel? Where did you turn one "
        "degree differently?",
        "Mark the moment with something small: a stone moved, a window opened.",
    ),
    "P2": Week(
        "emotion",
        "Two lines of kindness",
        "The worried part may speak, and is answered.",
        "Let the worried part of you write two lines. Reply with two lines of kindness.",
        "Keep the reply where you’d find it at night.",
    ),
    "P3": Week(
        "mind",
        "While you weren’t watching",
        "What was expected, and what changed instead.",
        "What did you expect to have changed by now? What changed that you were not watching?",
        "Ask someone near you what they have noticed.",
    ),
    "S1": Week(
        "spirit",
        "Something larger",
        "Wonder and silence, without needing to name them.",
        "Where did you meet wonder, silence or something larger? No need to name it; describe "
        "where you were.",
        "Go outside once after dark and stay until it stops being awkward.",
    ),
    "S2": Week(
        "spirit",
        "When nobody is looking",
        "What makes a day mean something.",
        "What gives a day meaning when nobody is looking? How did you honour it, or forget it?",
        "Choose one day and begin it with that.",
    ),
    "S3": Week(
        "spirit",
        "A blessing, backwards",
        "Words for the one who set out.",
        "Write a short blessing for the person you were before this began.",
        "Read it aloud once.",
    ),
    "E1": Week(
        "emotion",
        "Feelings as weather",
        "Naming what passes through. How a circle holds grief or anger without fixing it.",
        "Which feeling asks for room? Give it a colour, a weight, a temperature. Stay only "
        "while it is kind.",
        "Three breaths before answering anyone, once a day.",
    ),
    "E2": Week(
        "emotion",
        "Ease",
        "A recent good moment, and what it was made of.",
        "Recall a recent moment of ease. Which ingredient could you plant again?",
        "Plant it: same hour, same place.",
    ),
    "E3": Week(
        "emotion",
        "What comes along",
        "Leaving something, and what deserves to be carried.",
        "What are you leaving behind? What from it deserves to come with you?",
        "Put one thing down, in the room, with your hands.",
    ),
    "R1": Week(
        "relationship",
        "The people at home",
        "Who knows, who needn’t, and how to say it.",
        "Who might notice a difference in you? Whom would you like to let in, and how far?",
        "Ask for help in one sentence.",
    ),
    "R2": Week(
        "relationship",
        "Edges",
        "Boundaries kept and missed, and what they say about needs.",
        "Think of a boundary kept or missed. What did it teach you about your needs?",
        "Say one small no, kindly and early.",
    ),
    "R3": Week(
        "relationship",
        "What someone here said",
        "Giving words back, without advice.",
        "What has someone here said that stayed with you? Tell them what it opened, without "
        "advice.",
        "Tell one person outside, too.",
    ),
    "W1": Week(
        "work-and-play",
        "Ordinary days",
        "Work, money, chores, play. Where the seed meets a Tuesday.",
        "List what filled you and what drained you. Which single hour will you move next week?",
        "Move it.",
    ),
    "W2": Week(
        "work-and-play",
        "For no reason at all",
        "Twenty minutes of something useless.",
        "What did you once do for no reason at all? Give it twenty minutes and tell us what "
        "happened.",
        "Do it badly.",
    ),
    "W3": Week(
        "work-and-play",
        "The smallest honest adjustment",
        "Where work asks for someone you no longer are.",
        "Where does work ask for someone you no longer are? What is the smallest honest "
        "adjustment?",
        "Make it, and write down what didn’t fall over.",
    ),
    "X1": Week(
        "spirit",
        "Choosing a seed",
        "One insight, small enough to plant. What it needs, and what would crowd it out.",
        "Choose one seed from your experience. Where will you plant it, and what does it need "
        "this week?",
        "Water it: two minutes, four days.",
    ),
    "X2": Week(
        "spirit",
        "Letting go, going on",
        "What has fruited, what can be released, and to whom it might be offered.",
        "Walk your garden: what sprouted, flowered, fruited, is ready to be let go? Make "
        "something small of it. To whom would you offer it first?",
        "Offer it.",
    ),
}


@dataclass(frozen=True, slots=True)
class Program:
    title: str
    slug: str
    summary: str
    weeks: str
    suits: tuple[str, ...]
    suits_not: tuple[str, ...]
    facts: dict[str, str]


_NOT_NOW = (
    "you are having experiences that others around you don’t share, and they frighten you",
    "you are choosing or changing treatment; that talk belongs with your clinician",
)

PROGRAMS = (
    Program(
        "Seed to Fruit",
        "seed-to-fruit",
        "For people who have begun ketamine-assisted therapy with a trained professional and want "
        "company for what comes after. Each week visits one realm of life and one small practice. "
        "You leave with a tended garden of your own: some things in flower, some let go.",
        "G1 X1 B1 E1 M1 P1 G2 R1 S1 W1 E3 X2",
        (
            "your therapy was with a licensed clinician, and lately",
            "you have someone of your own to turn to between sessions",
            "you want company more than answers",
            "you can keep what others say to yourself",
        ),
        _NOT_NOW,
        {
            "size": "8 to 10 peers, 1 facilitator",
            "sessions": "75 minutes, once a week",
            "alone": "about 45 minutes, if you like",
            "cost": "£0 to £240, you choose",
            "languages": "English, live captions",
        },
    ),
    Program(
        "Coming to Ground",
        "coming-to-ground",
        "A quieter circle for the weeks after medicine, when much has opened and ordinary days "
        "resume. We favour sleep, breath, food, movement and steady habits over interpretation. "
        "Nothing to achieve; consistency is the practice.",
        "G1 G2 B2 E2 M2 R2 P3 X2",
        (
            "much has opened, and you want less of everything for a while",
            "you would rather tend a habit than explain a vision",
            "someone else looks after your care, too",
        ),
        _NOT_NOW,
        {
            "size": "6 to 8 peers, 1 facilitator",
            "sessions": "60 minutes, once a week",
            "alone": "ten minutes a day, or none",
            "cost": "£0 to £160, you choose",
            "languages": "English",
        },
    ),
    Program(
        "The Long Garden",
        "the-long-garden",
        "For those whose integration is counted in years. Bring a poem, drawing, song or podcast "
        "when you have one. We ask what is still growing, what can rest, and which gifts are "
        "ready for the world.",
        "X1 B3 M3 P2 R3 S2 W2 S3 W3 E1 M1 X2",
        (
            "a year or more has passed since the experience you still learn from",
            "you like to make things, well or badly",
            "once a month is the right distance",
        ),
        _NOT_NOW,
        {
            "rhythm": "monthly",
            "size": "8 to 10 peers, 1 facilitator",
            "sessions": "90 minutes, once a month",
            "cost": "£0 to £120 a year, you choose",
            "languages": "English",
        },
    ),
)

QUESTIONS = (
    (
        "Do I have to tell my story?",
        "No. You can pass every round and still belong. Many people speak first in week four "
        "or five.",
    ),
    (
        "Who can read what I write?",
        "Your circle and its facilitator read the room. Your journal is yours alone.",
    ),
    (
        "What if I miss a week?",
        "Nothing happens. The thread of the talk is there when you’re back.",
    ),
    (
        "What happens after the last week?",
        "The room becomes an alumni room. It’s quieter, it has no questions, and you can leave "
        "at any time with a copy of your journal.",
    ),
    (
        "Does it help?",
        "We don’t promise it. Groups like this have risks as well as benefits: others’ stories "
        "can be heavy, and peers are not bound to secrecy as a clinician is. You can stop at "
        "any point.",
    ),
)


@dataclass(frozen=True, slots=True)
class Holder:
    """A facilitator as visitors read about them."""

    name: str
    credentials: str
    training: str
    fees: str
    ties: str


HOLDERS = (
    Holder(
        "Marit",
        "Nurse; on the nursing register since 2009",
        "36 hours of peer-support training; two years of co-facilitated circles under supervision.",
        "Paid by the house, £90 a session, whoever attends.",
        "None with any clinic or maker of medicines.",
    ),
    Holder(
        "Ansel",
        "Counsellor, accredited",
        "A year’s course in holding groups; monthly supervision.",
        "Paid by the house, $110 a session.",
        "Sees clients of his own; none of them may join his circles.",
    ),
    Holder(
        "Ida",
        "None; a peer for eight years",
        "40 hours of peer-support training, renewed every second year.",
        "None; expenses only.",
        "None.",
    ),
)
COMPLAINTS = (
    "Hollis, who leads the programs, hears complaints about anyone who holds a circle: "
    "complaints@example.org. You get an answer within five days, and nobody in your circle is told."
)
