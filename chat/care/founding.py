"""The lists of words every house begins with. They are its own from then on.

Made to be kind rather than complete: a phrase is here where someone who writes it would rather be
asked once too often. What people tell of their own treatment is not.
"""

CRISIS_EN = """
want to die
wanting to die
wish i was dead
wish i were dead
wish i could die
wish i had never been born
better off dead
better off without me
lighter without me
happier without me
rather be dead
kill myself
killing myself
end my life
ending my life
take my own life
taking my own life
end it all
ending it all
suicidal
suicide note
commit suicide
thinking about suicide
thoughts of suicide
thinking of suicide
dont want to live
dont want to be alive
dont want to be here any more
dont want to be here anymore
dont want to wake up
no reason to live
nothing to live for
cant go on like this
cant do this anymore
cant take it anymore
hurt myself
hurting myself
harm myself
cut myself tonight
cutting myself
self harm*
overdos* on
took all my pills
take all my pills
said my goodbyes
"""
CRISIS_PASSES_EN = """
wanted to die laughing
want to die laughing
want to die of embarrassment
dont want to live with
dont want to live in
dont want to live there
dont want to live near
no longer want to die
used to want to die
no longer suicidal
not suicidal
am not going to kill myself
kill myself laughing
suicide prevention
suicide squad
"""
CRISIS_DE = """
will sterben
sterben wollen
will ich sterben
möchte ich sterben
will ich nicht mehr leben
möchte ich nicht mehr leben
halte ich es nicht mehr aus
halte das nicht mehr aus
kann ich nicht mehr weiter
wäre ich lieber tot
bringe ich mich um
möchte sterben
will nicht mehr leben
möchte nicht mehr leben
nicht mehr leben wollen
nicht mehr leben will
nicht mehr leben möchte
wäre lieber tot
wünschte ich wäre tot
wäre besser tot
ohne mich besser dran
ohne mich leichter
bring* mich um
mich umbringen
umbringen will
mich umzubringen
nehme mir das leben
mir das leben nehmen
mir das leben zu nehmen
mein leben beenden
mein leben zu beenden
allem ein ende setzen
suizidal
selbstmord begehen
selbstmordgedanken
suizidgedanken
will nicht mehr aufwachen
nicht mehr da sein wollen
nicht mehr da sein will
kann nicht mehr weiter
halte es nicht mehr aus
keinen sinn mehr zu leben
verletze mich selbst
mich selbst verletzen
mir etwas antun
mir etwas anzutun
ritze mich
mich ritzen
alle tabletten genommen
alle meine tabletten
abschiedsbrief
"""
CRISIS_PASSES_DE = """
totgelacht
will sterben vor lachen
möchte ich sterben vor lachen
halte ich es nicht mehr aus vor lachen
nicht mehr suizidal
nicht suizidal
suizidprävention
"""
SOURCING_EN = """
where can i get ... {medicine}
where can i buy ... {medicine}
where to get ... {medicine}
where to buy ... {medicine}
where do you get ... {medicine}
where do you get your {medicine}
where do you buy ... {medicine}
anyone selling ... {medicine}
anyone sell ... {medicine}
who sells {medicine}
can anyone get me ... {medicine}
can you get me ... {medicine}
can someone get me ... {medicine}
can get you ... {medicine}
could get you ... {medicine}
can sell you ... {medicine}
sell you some
i sell {medicine}
im selling {medicine}
i am selling {medicine}
have ... {medicine} to sell
have ... {medicine} for sale
{medicine} for sale
selling ... {medicine} message me
looking to buy ... {medicine}
want to buy ... {medicine}
need a source for {medicine}
need a dealer
know a dealer
hook you up with ... {medicine}
hook me up with ... {medicine}
order {medicine} online
send you ... {medicine}
post you ... {medicine}
without a prescription message me
"""
SOURCING_PASSES_EN = """
where can i get ... {medicine} therapy
where can i get ... {medicine} treatment
where can i buy a book
"""
SOURCING_DE = """
wo bekomme ich ... {medicine}
wo kriege ich ... {medicine}
wo kann ich ... {medicine} kaufen
wo kann man ... {medicine} kaufen
wo bekommt man ... {medicine}
wo bekommt ihr ... {medicine}
wo kriegt ihr ... {medicine}
wer verkauft {medicine}
verkauft jemand ... {medicine}
hat jemand {medicine} übrig
kann mir jemand ... {medicine} besorgen
kann dir ... {medicine} besorgen
könnte dir ... {medicine} besorgen
kannst du mir ... {medicine} besorgen
ich verkaufe {medicine}
habe ... {medicine} zu verkaufen
{medicine} zu verkaufen
will ... {medicine} kaufen
möchte ... {medicine} kaufen
suche einen dealer
kennt jemand einen dealer
{medicine} online bestellen
schicke dir ... {medicine}
"""
DOSE_EN = """
how many mg
how many milligrams
how many micrograms
what dose
which dose
what dosage
how much {medicine} should
how much {medicine} do you
how much {medicine} can i
how much {medicine} is safe
should i take ... mg
you should take # mg
you should take #mg
you could take # mg
you could take #mg
you should try # mg
just take # mg
just take #mg
take more {medicine}
take less {medicine}
double your dose
double the dose
up your dose
increase your dose
lower your dose
skip your dose
stop taking your
mg per kg
"""
DOSE_PASSES_EN = """
what dose of patience
"""
DOSE_DE = """
wie viel mg
wie viele mg
wieviel mg
wie viel milligramm
wie viele milligramm
welche dosis
welche dosierung
wie viel {medicine} soll
wie viel {medicine} sollte
wie viel {medicine} nimmst
wie viel {medicine} nehmt
wie viel {medicine} kann ich
nimm # mg
nimm #mg
du solltest # mg
du solltest #mg
du könntest # mg
verdopple die dosis
verdopple deine dosis
erhöhe deine dosis
senke deine dosis
setz deine ... ab
mg pro kg
"""
MEDICINE = """
ketamine
ketamin
esketamine
esketamin
spravato
ket
lsd
acid
mdma
ecstasy
molly
psilocybin
mushrooms
shrooms
pilze
zauberpilze
magic mushrooms
ayahuasca
dmt
mescaline
meskalin
ibogaine
ibogain
cannabis
weed
gras
cocaine
kokain
koks
speed
xanax
benzos
oxy
opioids
opioide
"""

# kind, language, phrases, what is not meant
LISTS = (
    ("crisis", "en", CRISIS_EN, CRISIS_PASSES_EN),
    ("crisis", "de", CRISIS_DE, CRISIS_PASSES_DE),
    ("sourcing", "en", SOURCING_EN, SOURCING_PASSES_EN),
    ("sourcing", "de", SOURCING_DE, ""),
    ("dose", "en", DOSE_EN, DOSE_PASSES_EN),
    ("dose", "de", DOSE_DE, ""),
    ("medicine", "en", MEDICINE, ""),
)
