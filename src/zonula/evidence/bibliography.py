"""The bibliography: every source once, each with an identifier by which it can be found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from zonula.ground.errors import EvidenceError
from zonula.ground.files import packaged, read_text

_START = re.compile(r"^@(?P<kind>\w+)\{(?P<key>[^,\s]+),", re.MULTILINE)
_FIELD = re.compile(r"^\s*(?P<name>\w+)\s*=\s*(?P<value>.+?),?\s*$", re.MULTILINE)
_IDENTIFIERS = ("doi", "pmid", "pmcid", "eprint", "url")


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry: its key, its fields, and its text as it stands in the file."""

    key: str
    fields: dict[str, str]
    text: str

    @property
    def short(self) -> str:
        """Author, year and title on one line."""
        authors = self.fields.get("author", "").split(" and ")
        first = authors[0].split(",")[0] or self.key
        others = " et al." if len(authors) > 1 else ""
        journal = self.fields.get("journal", self.fields.get("howpublished", ""))
        return f"{first}{others} {self.fields.get('year', '')}. {self.fields.get('title', '')}. {journal}".rstrip(". ") + "."

    @property
    def link(self) -> str:
        """An address where the source can be found."""
        if "doi" in self.fields:
            return f"https://doi.org/{self.fields['doi']}"
        if "pmid" in self.fields:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.fields['pmid']}/"
        if "pmcid" in self.fields:
            return f"https://www.ncbi.nlm.nih.gov/pmc/articles/{self.fields['pmcid']}/"
        if "eprint" in self.fields:
            return f"https://arxiv.org/abs/{self.fields['eprint']}"
        return self.fields.get("url", "")


def read_bibliography(path: Path) -> dict[str, Reference]:
    """Read a BibTeX file with one field per line.

    Raises
    ------
    EvidenceError   for a key given twice or an entry without any identifier.
    """
    text = read_text(path, kind=EvidenceError)
    starts = list(_START.finditer(text))
    found: dict[str, Reference] = {}
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        body = text[start.start(): following.start() if following else len(text)].strip()
        line = text.count("\n", 0, start.start()) + 1
        fields = {m["name"].lower(): _plain(m["value"]) for m in _FIELD.finditer(body)}
        key = start["key"]
        if key in found:
            raise EvidenceError.of("ZN-2401", f"source {key!r} stands twice", file=path.name, line=line, fix="keep one")
        if not any(fields.get(name) for name in _IDENTIFIERS):
            raise EvidenceError.of("ZN-2402", f"source {key!r} has no identifier", file=path.name, line=line,
                                   expected=" or ".join(_IDENTIFIERS), fix="add one that you have seen")
        found[key] = Reference(key, fields, body)
    return found


_ACCENTS = {r"\'e": "é", r"\'a": "á", r"\'o": "ó", r"\'i": "í", r"\`e": "è", r'\"o': "ö", r'\"u': "ü", r'\"a': "ä", r"\o": "ø",
            r"\O": "Ø", r"\ae": "æ", r"\aa": "å", r"\ss": "ß", r"\_": "_", r"\&": "&", r"\~n": "ñ", r"\c{c}": "ç"}


def _plain(value: str) -> str:
    value = value.replace(r"$\alpha$", "α").replace(r"$\beta$", "β").replace(r"$\gamma$", "γ")
    for written, shown in sorted(_ACCENTS.items(), key=lambda pair: -len(pair[0])):
        value = value.replace("{" + written + "}", shown).replace(written, shown)
    return value.replace("{", "").replace("}", "").strip().strip('"').replace("--", "–")


@lru_cache(maxsize=1)
def bibliography() -> dict[str, Reference]:
    """The bibliography that ships with zonula."""
    return read_bibliography(packaged("evidence", "references.bib"))


def key_of(source: str) -> str:
    """``"Suzuki2011, fig. 3b"`` -> ``"Suzuki2011"``."""
    return source.partition(",")[0].strip()


def bibtex(keys: Iterable[str]) -> str:
    """The entries of *keys*, sorted, as BibTeX."""
    known = bibliography()
    return "\n\n".join(known[key].text for key in sorted(set(keys))) + "\n"
