"""Words of a plan: a sentence is read from left to right against a closed grammar; nothing in it is ever executed."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import dataclass, field

from zonula.ground.errors import UsageError, ZonulaError
from zonula.simulation.events import timed

LONGEST = 2000  # characters of a sentence; a list of a hundred moments is shorter
_HEADS = {"day": 1.0, "days": 1.0, "week": 7.0, "weeks": 7.0, "hour": 1 / 24, "hours": 1 / 24}
_OFTEN = {"qd": 1.0, "daily": 1.0, "bid": 1 / 2, "tid": 1 / 3, "qid": 1 / 4, "qod": 2.0, "qw": 7.0, "weekly": 7.0}
_EVERY = re.compile(r"q(\d{1,4})([hdw])", re.ASCII)
_EVERY_UNIT = {"h": 1 / 24, "d": 1.0, "w": 7.0}
_ENDS = ("x", "for", "until")
_MEANS = {"from": "at", "to": "until", "daily": "every"}
PHRASES = frozenset({"at", "from", "to", "until", "for", "over", "every", "x", "adherence", "then", *_OFTEN})


def words_of(sentence: str) -> list[str]:
    """The words of a sentence; a comma at the end of a word is a word of its own.

    Raises
    ------
    UsageError   when the sentence is longer than any that is meant.
    """
    if len(sentence) > LONGEST:
        raise UsageError.of("ZN-1318", f"the sentence has {len(sentence)} characters", found=repr(sentence[:40]), expected=f"at most {LONGEST}",
                            fix="split it into several sentences")
    return [part for word in sentence.split() for part in ((word[:-1], ",") if word.endswith(",") else (word,)) if part]


def often(word: str) -> float | None:
    """Days between doses, for ``qd``, ``bid``, ``q2w``, ``weekly``; None for any other word."""
    if match := _EVERY.fullmatch(word.lower()):
        return int(match[1]) * _EVERY_UNIT[match[2]]
    return _OFTEN.get(word.lower())


class Words:
    """A sentence being read from left to right."""

    def __init__(self, words: list[str], fix: str) -> None:
        self.words, self.at, self.fix = words, 0, fix
        self._head = 0.0  # what "week 2" said last of the unit of times; a bare number after it is not taken for days

    def done(self) -> bool:
        return self.at >= len(self.words)

    def peek(self, ahead: int = 0) -> str:
        """The next word in lower case, without taking it; "" at the end."""
        return self.words[self.at + ahead].lower() if self.at + ahead < len(self.words) else ""

    def next(self, wanted: str) -> str:
        if self.done():
            raise UsageError.of("ZN-1303", f"the sentence ends where {wanted} should stand", fix=self.fix)
        self.at += 1
        return self.words[self.at - 1]

    def number(self, wanted: str) -> float:
        word = self.next(wanted)
        value = numeric(word)
        if value is None:
            raise UsageError.of("ZN-1304", f"{word!r} should be {wanted}, a finite number", fix=self.fix)
        return value

    def count(self, wanted: str) -> int:
        value = self.number(wanted)
        if not value.is_integer():
            raise UsageError.of("ZN-1304", f"{value:g} should be {wanted}, a whole number", fix=self.fix)
        return int(value)

    def once(self, said: set[str], what: str, word: str) -> None:
        if what in said:
            raise UsageError.of("ZN-1317", f"{word!r} says again what the sentence has said before",
                                fix="say it once; write another sentence for another time")
        said.add(what)

    def moment(self) -> float:
        """``day 1``, ``week 2``, ``36 h``, ``1.5``: days from the start."""
        word = self.next("a time")
        if (days := _HEADS.get(word.lower())) is not None:
            self._head = days
            return self.number("a day") * days
        return self._with_unit(word)

    def moments(self) -> list[float]:
        """One moment, or several: ``week 0, 2, 6``, ``0 h, 6 h and 12 h``; in order."""
        found, bare = [self.moment()], numeric(self.words[self.at - 1]) is not None
        while (skip := self._goes_on()):
            self.at += skip
            if self.peek() in _HEADS or not (bare and self._head):
                before = self.at
                found.append(self.moment())
                if self.words[before].lower() not in _HEADS and (numeric(self.words[self.at - 1]) is not None) != bare:
                    raise UsageError.of("ZN-1321", f"{self.words[before]!r} is in a list where some times have a unit and some have none",
                                        fix='write it like "at week 0, 2, 6" or "at 0 h, 6 h, 12 h"')
            else:
                found.append(self.number("a time") * self._head)
        return sorted(found)

    def _goes_on(self) -> int:
        """How many words join the next moment of a list; 0 where there is none."""
        k = 0
        while self.peek(k) in (",", "and"):
            k += 1
        return k if k and (re.match(r"[-+.\d]", self.peek(k)) or self.peek(k) in _HEADS) else 0

    def span(self) -> float:
        word = self.next("a duration")
        if word.lower() in _HEADS:  # "every day"
            return _HEADS[word.lower()]
        return self._with_unit(word)

    def _with_unit(self, word: str) -> float:
        text = word
        if re.fullmatch(r"[-+.\deE]+", word) and re.fullmatch(r"[a-z]+", self.peek()):
            try:
                timed(f"{word} {self.peek()}")
            except ZonulaError:
                text = word
            else:
                text = f"{word} {self.peek()}"
                self.at += 1
        value, said = timed(text)
        if not said and self._head not in (0.0, 1.0):
            raise UsageError.of("ZN-1321", f"{word!r} may be days or not, after times in other units", fix=f'say which: "{word} d" or "{word} w"')
        return value


def numeric(word: str) -> float | None:
    """The finite number that a word is, in plain digits; None for any other."""
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in word and word.isascii() else None


def adherence_of(words: list[str]) -> tuple[list[str], float]:
    """A sentence without its ``adherence 80%``, and the share (1 where nothing is said of it).

    Raises
    ------
    UsageError   when it is no share.
    """
    lower = [word.lower() for word in words]
    if "adherence" not in lower:
        return words, 1.0
    place = len(lower) - 1 - lower[::-1].index("adherence")
    text = "".join(words[place + 1:])
    value = numeric(text.removesuffix("%"))
    share = math.nan if value is None else value / 100 if text.endswith("%") else value
    if not 0 <= share <= 1:
        raise UsageError.of("ZN-1323", f"{' '.join(words[place:])!r} is no adherence", expected="0 % to 100 %, at the end of the sentence",
                            fix='write it like "... adherence 80%"')
    return words[:place], share


@dataclass(slots=True)
class Timing:
    """What a sentence, or a part of it, says of time; days.  ``None``: not said."""

    at: list[float] | None = None
    every: float = 0.0
    times: int | None = None
    span: float | None = None
    until: float | None = None
    over: float | None = None
    said: set[str] = field(default_factory=set)


def timing(reader: Words, allowed: Collection[str], expected: str) -> Timing:
    """Read phrases of time to the end of the words.

    Parameters
    ----------
    allowed  : words that may begin a phrase here; of frequencies, ``every`` stands for all

    Raises
    ------
    UsageError
    """
    found = Timing()
    while not reader.done():
        word = reader.next("a time").lower()
        if word == ",":
            continue
        interval = often(word)
        what = "every" if interval is not None else _MEANS.get(word, word)
        if what in PHRASES and what in allowed:
            reader.once(found.said, what, word)
            if what in _ENDS and len(found.said.intersection(_ENDS)) > 1:
                raise UsageError.of("ZN-1319", f"with {word!r} the sentence says a second time when it ends", fix="say one of x, for and until")
            _take(reader, what, interval, found)
        else:
            raise UsageError.of("ZN-1310", f"unexpected {word!r}", expected=expected, fix=reader.fix)
    return found


def _take(reader: Words, what: str, interval: float | None, found: Timing) -> None:
    if what == "at":
        found.at = reader.moments()
    elif what == "every":
        found.every = reader.span() if interval is None else interval
    elif what == "x":
        found.times = reader.count("how many times")
    elif what == "for":
        found.span = reader.span()
    elif what == "until":
        found.until = reader.moment()
    else:
        found.over = reader.span()

