"""The countries and help lines that a house hangs up on its first day, for those who speak its
language. Each house checks and completes its own; the CMS asks for it at once.
"""

# Letters, name, emergency number
COUNTRIES = {
    "en": (
        ("GB", "UK", "999"),
        ("IE", "Ireland", "112"),
        ("US", "USA", "911"),
        ("CA", "Canada", "911"),
    ),
    "de": (
        ("DE", "Deutschland", "112"),
        ("AT", "Österreich", "112"),
        ("CH", "Schweiz", "112"),
        ("LI", "Liechtenstein", "112"),
    ),
}

# Where a line answers, none being everywhere; and what is said of it
LINES: dict[str, tuple[tuple[tuple[str, ...], dict[str, str]], ...]] = {
    "en": (
        (
            ("GB", "IE"),
            {
                "name": "Samaritans",
                "number": "116 123",
                "words": "Listening, day and night. It won’t show on your bill.",
                "hours": "24 hours",
                "cost": "free from any phone",
                "languages": "English",
            },
        ),
        (
            ("GB",),
            {
                "name": "Shout",
                "sms": "85258",
                "words": "By text, if talking out loud is too much.",
                "hours": "24 hours",
                "cost": "free on most networks",
                "languages": "English",
            },
        ),
        (
            ("US", "CA"),
            {
                "name": "988 Lifeline",
                "number": "988",
                "sms": "988",
                "words": "Ring or text, whatever brings you.",
                "hours": "24 hours",
                "cost": "free",
                "languages": "English, Spanish or French",
            },
        ),
        (
            ("US",),
            {
                "name": "Fireside Project",
                "number": "623-473-7433",
                "sms": "623-473-7433",
                "words": "For difficult moments during a journey, and for what comes after it.",
                "hours": "not at all hours",
                "cost": "free",
                "languages": "English",
            },
        ),
        (
            (),
            {
                "name": "Somewhere else",
                "website": "https://findahelpline.com",
                "words": "A list of free lines by country, kept by others. It opens a new site.",
            },
        ),
    ),
    "de": (
        (
            ("DE",),
            {
                "name": "TelefonSeelsorge",
                "number": "0800 111 0 111",
                "website": "https://online.telefonseelsorge.de",
                "words": (
                    "Jemand hört zu, und deinen Namen musst du nicht nennen. Der Anruf steht auf "
                    "keiner Rechnung. Wenn Sprechen zu viel ist: Auf der Website geht es auch "
                    "schriftlich."
                ),
                "hours": "am Telefon rund um die Uhr",
                "cost": "kostenlos",
                "languages": "Deutsch",
            },
        ),
        (
            ("AT",),
            {
                "name": "TelefonSeelsorge Österreich",
                "number": "142",
                "website": "https://www.onlineberatung-telefonseelsorge.at",
                "words": (
                    "Jemand hört zu, und deinen Namen musst du nicht nennen. Wenn Sprechen zu viel "
                    "ist: Auf der Website geht es auch schriftlich."
                ),
                "hours": "am Telefon rund um die Uhr",
                "cost": "kostenlos",
                "languages": "Deutsch",
            },
        ),
        (
            ("CH", "LI"),
            {
                "name": "Die Dargebotene Hand",
                "number": "143",
                "website": "https://www.143.ch",
                "words": (
                    "Jemand hört zu, und deinen Namen musst du nicht nennen. Wenn Sprechen zu viel "
                    "ist: Auf der Website geht es auch schriftlich."
                ),
                "hours": "am Telefon rund um die Uhr",
                "languages": "Deutsch, je nach Gegend Französisch oder Italienisch",
            },
        ),
        (
            (),
            {
                "name": "Anderswo",
                "website": "https://findahelpline.com",
                "words": (
                    "Eine Liste kostenloser Hilfetelefone nach Land, von anderen gepflegt. Sie "
                    "öffnet eine andere Website."
                ),
            },
        ),
    ),
}
