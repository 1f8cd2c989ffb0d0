"""Tells an engagement's facts in words: by rules always, by a crew where one is set up.

A model may only say what the facts say. What it wrote is read word by word: a number
or a product that the facts do not have, a link or a markup, and its text is refused
whole; a name that nobody knows is flagged.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from discovery_app.agents.asking import Questioner
from discovery_app.agents.questions import DATA_RULE, plain
from discovery_app.domain.narrative import Counted, NarrativeFacts, NarrativeText
from discovery_app.domain.words import count, counted
from discovery_app.knowledge.product_names import SPELLINGS, WINDOWS
from discovery_app.knowledge.treatment_catalogue import SAAS_SUCCESSORS

_INSTRUCTION: Final = (
    "Write for the client's management what the facts of this discovery mean for the "
    "modernisation: one headline, one to four short paragraphs, the risks, the next "
    "steps. Plain English, no markup, no links. Use only numbers and product names "
    "that stand in the facts, exactly as they stand there; add, divide and round "
    "nothing; write numbers in digits. Whatever else you say is thrown away."
)

_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_LETTERS: Final = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen", "twenty"),
)
_SPELT: Final = {
    **{word: number for number, word in enumerate(_LETTERS, 2)},
    **{"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70},
    **{"eighty": 80, "ninety": 90, "dozen": 12, "dozens": 12},
    **{"hundred": 100, "hundreds": 100, "thousand": 1_000, "thousands": 1_000},
    **{"million": 1_000_000, "millions": 1_000_000},
}
"""Numbers in letters; ``one`` is mostly none."""

_SHARES: Final = re.compile(r"\b(?:half|halve[ds]?|thirds?|twice|double[ds]?)\b", re.I)
_MARKUP: Final = re.compile(r"https?:|www\.|@|[<>{}`|]|\]\(")
_OTHERS: Final = re.compile(
    r"\baws\b|\bamazon\b|\bazure\b|\bgcp\b|\bgoogle\b|\bopenshift\b|\bvmware\b"
    r"|\bhp-?ux\b|\bweb ?(?:sphere|logic)\b|\bsap\b|\bsalesforce\b|\bservicenow\b"
)
"""Clouds and products without end-of-life data that texts like to name."""

_SUCCEEDED: Final = tuple((name, re.compile(form)) for form, name in SAAS_SUCCESSORS)

_VERSION: Final = re.compile(
    r"[ -]*(?:server|linux|enterprise|release|version|v)?[ -]*(\d+(?:\.\d+)*)"
)
_NAME: Final = re.compile(r"(?<![.!?:\n] )(?<!^)(?<!\n)\b[A-Z][A-Za-z0-9-]+", re.M)
_USUAL_NAMES: Final = frozenset(
    {"I", "It", "IT", "The", "This", "Q1", "Q2", "Q3", "Q4", "OS", "CPU", "SaaS"}
)


@dataclass(frozen=True)
class Unsupported:
    """What a text says that the facts do not.

    Attributes:
        refused: Numbers, products and markup: the text does not stand.
        doubts: Other names: a person should look. A name that begins a sentence is
            not told from a word, and is not among them.
    """

    refused: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def check_narrative(text: str, facts: NarrativeFacts) -> Unsupported:
    """Return what ``text`` says beyond ``facts``."""
    told = f"{facts.as_json()}\n{plain_narrative(facts).whole()}"
    refused = [
        *_beyond(_numbers(text), _numbers(told)),
        *_beyond(_products(text), _products(told)),
        *(found.group().lower() for found in _SHARES.finditer(text)),
        *(f"markup {found.group()}" for found in _MARKUP.finditer(text)),
    ]
    known = set(re.findall(r"[a-z0-9-]+", told.casefold())) | {
        name.casefold() for name in _USUAL_NAMES
    }
    names = (found.group() for found in _NAME.finditer(text))
    doubts = [name for name in names if name.casefold() not in known]
    return Unsupported(tuple(dict.fromkeys(refused)), tuple(dict.fromkeys(doubts)))


def _beyond(said: Iterable[str], known: Iterable[str]) -> list[str]:
    have = set(known)
    return [one for one in said if one not in have]


def _numbers(text: str) -> list[str]:
    """Return every number of ``text`` in one form: ``1,204`` is ``1204``."""
    found = [_plain_number(one.group()) for one in _NUMBER.finditer(text)]
    words = re.findall(r"[a-z]+", text.casefold())
    return found + [str(_SPELT[word]) for word in words if word in _SPELT]


def _plain_number(text: str) -> str:
    whole = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
    head, dot, tail = whole.replace(",", ".").partition(".")
    if "." in tail:  # A version, such as 7.2.5.
        return whole
    rest = tail.rstrip("0") if dot else ""
    return f"{int(head)}.{rest}" if rest else str(int(head))


def _products(text: str) -> list[str]:
    """Return the products that ``text`` names, and each with its version."""
    lower = text.casefold()
    forms = (*SPELLINGS, ("windows", WINDOWS), *_SUCCEEDED)
    found: list[str] = []
    for slug, form in forms:
        for one in form.finditer(lower):
            version = _VERSION.match(lower, one.end())
            found += [slug, f"{slug} {version[1]}"] if version else [slug]
    return found + [one.group() for one in _OTHERS.finditer(lower)]


def narrative_question(facts: NarrativeFacts) -> str:
    """Return the question for a text about ``facts``."""
    return f"{_INSTRUCTION}\n{DATA_RULE}\n\nDATA\n{facts.as_json()}"


@dataclass(frozen=True)
class Written:
    """What a model wrote.

    Attributes:
        text: ``None`` if it gave no answer, or one that is refused.
        refused: Why there is no text.
    """

    text: NarrativeText | None
    doubts: tuple[str, ...] = ()
    refused: str = ""


def write_narrative(questioner: Questioner, facts: NarrativeFacts) -> Written:
    """Have a model write about ``facts``; what the facts do not say is refused."""
    answer = questioner.answer(narrative_question(facts), NarrativeText)
    if answer is None:
        return Written(None, refused="The model gave no usable answer.")
    text = NarrativeText(
        headline=plain(answer.headline, 200),
        paragraphs=[plain(one, 900) for one in answer.paragraphs],
        risks=[plain(one, 300) for one in answer.risks],
        next_steps=[plain(one, 300) for one in answer.next_steps],
    )
    found = check_narrative(text.whole(), facts)
    if found.refused:
        listed = ", ".join(plain(one, 40) for one in found.refused[:5])
        return Written(
            None, refused=f"The model's text says what the facts do not: {listed}."
        )
    return Written(text, found.doubts)


def plain_narrative(facts: NarrativeFacts) -> NarrativeText:
    """Return what the rules say of ``facts``: short, complete and without judgement."""
    if not facts.assets:
        return NarrativeText(
            headline="There is no inventory yet.",
            paragraphs=["Import the client's files; the summary comes with them."],
        )
    return NarrativeText(
        headline=_headline(facts),
        paragraphs=[
            one
            for one in (_treatments(facts), _support(facts), _readiness(facts))
            if one
        ],
        risks=_risks(facts),
        next_steps=_next_steps(facts),
    )


def _headline(facts: NarrativeFacts) -> str:
    about = f"{plain(facts.application, 120)}: in" if facts.application else "In"
    return (
        f"{about} scope for migration: {count(facts.in_scope)} of "
        f"{counted(facts.assets, 'asset')}."
    )


def _treatments(facts: NarrativeFacts) -> str:
    held = _listed(facts.treatments)
    advice = f"As of {facts.as_of} the advice is: {held}." if held else ""
    people = (
        f" For {counted(facts.overridden, 'asset')} a person decided."
        if facts.overridden
        else ""
    )
    needs = counted(facts.dependencies, "dependency", "dependencies")
    known = f"The inventory knows {counted(facts.applications, 'application')} and "
    known = f"It has {needs}." if facts.application else f"{known}{needs}."
    return f"{known} {advice}{people}".strip()


def _support(facts: NarrativeFacts) -> str:
    if not facts.support:
        return "No product with a maker's support was recognised."
    due = ", ".join(f"{count(number)} in {word}" for word, number in facts.quarters)
    soon = f" Next fall due: {due}." if due else ""
    return (
        f"Support of the products in scope: {_listed(facts.support)} ({facts.data})."
        f"{soon}"
    )


def _readiness(facts: NarrativeFacts) -> str:
    if facts.readiness_percent is None:
        return ""
    return f"Readiness for planning is {facts.readiness_percent:g} percent."


def _risks(facts: NarrativeFacts) -> list[str]:
    return [
        f"{name} is past its regular support on {counted(number, 'asset')}."
        for name, number in facts.ended[:5]
    ]


def _next_steps(facts: NarrativeFacts) -> list[str]:
    return [
        f"Ask for {name.lower()}: {number} percent of it is missing."
        for name, number in facts.gaps[:5]
    ]


def _listed(words: Counted) -> str:
    return ", ".join(f"{word} {count(number)}" for word, number in words)
