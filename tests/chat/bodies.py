"""What somebody may write: as most do, and what is seldom seen."""

WORDS = [
    "Hello",
    "Two\n\nparagraphs and a\nline",
    "A link https://example.org/?a=1&b=2 and *light* words",
    "<script>alert('&')</script>",
    "שלום עולם",
    "@Ines, are you there?",
    "{{ e.name }} {% if %} \\g<0> %(name)s",
]

ODD = [
    '"quoted" \\ and \\n',
    "a\u2028b",
    "👩🏽‍🌾 é ﷽",
    "https://example.org/\"'<>",
    "@Ines and @nobody",
    "x" * 4000,
]
