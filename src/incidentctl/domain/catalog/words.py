"""Words as people write them: told apart, brought into one form, and compared.

Case, accents, hyphens, `camelCase` and plurals make no difference. Scripts without spaces between
words are compared by what one text contains of another.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import SequenceMatcher
from functools import cache
from itertools import pairwise

from incidentctl.domain.common.text import unaccented

# Chinese, Japanese and Korean, and Thai, Lao, Burmese and Khmer: particles stick to their words.
_RUNS = (
    "\u0e00-\u0eff", "\u1000-\u109f", "\u1780-\u17ff", "\u3040-\u30ff", "\u3400-\u9fff",
    "\uac00-\ud7af", "\U00020000-\U000323af",
)  # fmt: skip
_RUN = "".join(_RUNS)
_WORD = r"[^\W_]+"
#: Where there may be runs; to compile it takes 3 ms.
_RUN_OR_WORD = rf"[{_RUN}]+|(?:(?![{_RUN}])[^\W_])+"
_LETTER = re.compile(r"\b(\w)-(?=[^\W\d_]{2})")  # e-mail, t-shirt
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ENDINGS = ("ies", "ation", "ment", "ing", "ion", "ed", "er", "es", "s", "y", "e")
#: How many letters an ending leaves at least.
_STEM = {"ation": 4, "ion": 4, "y": 4, "e": 4, "er": 4}

#: How like two words are: the same, forms of one, one begins with the other, one has a typo.
SAME, FORM, BEGINS, TYPO = 1.0, 0.95, 0.8, 0.75

# What a question is made of besides what it asks about, and what commonly goes wrong.
_ENGLISH = """
    a about action after again alert alerts all also an and answer answers any anybody anyone are
    arrive arrives arriving as ask asks at back bad badly be because been before behaving being
    breaks broke broken bug bugs bust but by call called can cannot cant client clients complain
    complaining complains consumer consumers contact could couldn crash crashed crashes crashing
    critical customer customers dead degraded did didn die died dies do does doesn doing don down
    during dying each either empty err error erroring errors every everybody everyone everything
    exception exceptions fail failed failing fails failure failures fault faulty few fire firing
    flaky flapping for from gave get gets getting give gives go goes going gone got guest guests
    had hadn hang hanging hangs happen happened happening happens has hasn have haven he heavy
    hello help her here hey hi high him his how hung i if impossible in incident incidents
    intermittent into is isn issue issues it its just keep keeps know lag laggy late latency let
    like live load loading loads long look looks lost low made make makes manage manages many may
    maybe me might missing more most much must my need needs no nobody none not nothing now odd of
    off offline ok on once one only open opening opens or other our out outage outages over own
    owned owner owners owns page paged people person please problem problems prod production
    receive received receives red refuse refused refuses refusing reject rejected rejecting
    rejects report reported reports respond responding responds response responsible return
    returned returning returns run runs say says see seeing seem seems sees send sending sends
    sent service services she should show showing shows slow slower slowly slowness some somebody
    someone something spike spikes spiking still stop stopped stops strange stuck such suddenly
    system systems take takes talk team teams tell than thanks that the their them then there
    these they thing things think this those though throw throwing throws time timed timeout
    timeouts timing to today too trouble try trying unable unavailable unhealthy unreachable
    unresponsive unstable until up urgent us use used user users uses using via visitor visitors
    want wants warning was wasn way we weird well went were what whats when where which while who
    whom whose why will with without won work worked working works would wrong yes yesterday yet
    you your
"""
_OTHERS = """
    al am au aux avec caído ce ces con das de dem den der des du ein eine einen el en est esta
    está fonctionne funciona funktioniert geht gehört hat il ist jemand kann kaputt kein keine
    keiner la langsam las le lent lento les los man marche mehr mit nadie ne nicht nichts niemand
    panne para pas personne peut plus por pour puede que qui quien quién se seit sich sont sur un
    una und une va von wem wer wir y zu zum zur в все и могу можем может на не нельзя нет никто
    работает у
"""
FILLING = frozenset(f"{_ENGLISH} {_OTHERS}".split())
#: Words of which a name alone is not made: they weigh little beside others.
GENERIC = frozenset(
    """
    api app application backend backends cluster component database db endpoint frontend gateway
    host job machine new node platform pod product server servers site svc tool tools ui web
    website worker workers
    """.split()  # noqa: SIM905 (a list in quotes is not read by anybody)
)
#: One thing that is said in several ways; each is compared as the first.
_ALIKE = {
    other: first
    for first, *others in (
        ("login", "signin", "logon", "signon", "loggingin", "loggedin", "signingin", "signedin"),
        ("signup", "signingup", "signedup", "register", "registering", "registration"),
        ("database", "db", "databases", "dbs"),
        ("email", "mail", "emails", "mails", "mailing", "emailing"),
        ("kubernetes", "k8s"),
        ("postgresql", "postgres"),
    )
    for other in others
}

_FIRST = frozenset(_ALIKE.values())


def words(text: str) -> list[str]:
    """Return the words of a text, each in one form."""
    text = _LETTER.sub(r"\1", unaccented(text))
    pattern = _WORD if max(text, default="") < _RUN[0] else _RUN_OR_WORD
    found = (part for word in re.findall(pattern, text) for part in _HUMP.split(word))
    return [word.casefold() for word in found]


def _is_run(word: str) -> bool:
    """Say whether a word is in a script without spaces between words."""
    return any(run[0] <= word[:1] <= run[-1] for run in _RUNS)


def plain(word: str) -> bool:
    """Return whether a word says nothing of what is asked about."""
    return word in FILLING or (len(word) == 1 and not _is_run(word))


def terms(text: str) -> frozenset[str]:
    """Return what a title is about: its words without filling, in one form."""
    found: set[str] = set()
    said = words(text)
    for one, other in pairwise(said):
        joined = _ALIKE.get(one + other, one + other)  # log in
        if joined in _FIRST:
            found.add(joined)
    for word in said:
        if _is_run(word):  # no spaces tell where a word ends
            found.update(word[place : place + 2] for place in range(max(len(word) - 1, 1)))
        elif not plain(word):
            found.add(stem(word))
    return frozenset(found)


@cache
def stem(word: str) -> str:
    """Return what the forms of a word have in common: `paying` and `payments` are `pay`."""
    word = _ALIKE.get(word, word)
    if not word.isascii() or not word.isalpha():
        return word
    while True:
        shorter = next((s for ending in _ENDINGS if (s := _without(word, ending))), None)
        if shorter is None:
            return word
        word = shorter


def _without(word: str, ending: str) -> str | None:
    if not word.endswith(ending) or word.endswith(("ss", "us", "is")):
        return None
    left = word.removesuffix(ending)
    if len(left) < _STEM.get(ending, 3) or not any(vowel in left for vowel in "aeiouy"):
        return None
    if ending == "es" and not left.endswith(("s", "x", "z", "ch", "sh")):
        return None  # only the `s` is an ending
    if ending == "ies":
        return left + "y"
    if ending in {"ing", "ed", "er"} and left[-1] == left[-2] and left[-1] not in "lsz":
        return left[:-1]
    return left


def near(word: str, known: Collection[str]) -> dict[str, float]:
    """Return which of the known words are meant by one that is none of them, and how surely."""
    if _is_run(word):
        return {each: like for each in known if (like := _contained(word, each))}
    begins = {each: BEGINS for each in known if _begins(word, each)}
    return begins or {each: TYPO for each in known if _mistyped(word, each)}


def _contained(word: str, known: str) -> float:
    if not _is_run(known):
        return 0.0
    if min(len(word), len(known)) >= 2 and (known in word or word in known):
        return FORM if known in word else BEGINS
    same = SequenceMatcher(None, word, known).find_longest_match().size
    return TYPO if same >= 2 and same * 2 >= len(known) else 0.0


def _begins(word: str, known: str) -> bool:
    if known.startswith(word) or (len(word) >= 5 and word in known):
        return len(word) >= 3
    if len(known) >= 4 and word.startswith(known):
        return len(known) >= 5 or word.removeprefix(known) in GENERIC
    # Other languages decline their words at the end.
    same = 0 if word.isascii() else _alike_until(word, known)
    return same >= 4 and max(len(word), len(known)) - same <= 3


def _alike_until(one: str, other: str) -> int:
    """Return how many letters two words have in common at the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _mistyped(word: str, known: str) -> bool:
    """Return whether one letter is too many, missing, another or swapped; two in long words."""
    shorter, longer = sorted((len(word), len(known)))
    allowed = 2 if longer >= 8 else 1
    swapped = longer == 4 and sorted(word) == sorted(known)
    if longer - shorter > allowed or (longer < 5 and not swapped):
        return False
    return _within(word, known, allowed)


def _within(one: str, other: str, allowed: int) -> bool:
    """Return whether so many letters inserted, left out, replaced or swapped make one the other."""
    same = _alike_until(one, other)
    one, other = one[same:], other[same:]
    if not one or not other:
        return len(one) + len(other) <= allowed
    if allowed == 0:
        return False
    swapped = one[:2] == other[1::-1]
    return (
        _within(one[1:], other[1:], allowed - 1)
        or _within(one[1:], other, allowed - 1)
        or _within(one, other[1:], allowed - 1)
        or (swapped and _within(one[2:], other[2:], allowed - 1))
    )
