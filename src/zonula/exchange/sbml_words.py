"""What an SBML element says beside its numbers: notes, sources by resolvable identifiers, terms of the Systems Biology Ontology."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from zonula.evidence.bibliography import Reference, bibliography, key_of
from zonula.evidence.load import GRADES, STATUSES, Evidence

_XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
_HUMAN = "https://identifiers.org/taxonomy:9606"
_RESOLVED = (("doi", "doi"), ("pmid", "pubmed"), ("pmcid", "pmc"), ("eprint", "arxiv"))  # field of the bibliography, prefix of identifiers.org

SBO = {
    "space": "SBO:0000290",  # physical compartment
    "mass": "SBO:0000240",  # material entity
    "parameter": "SBO:0000002",  # quantitative systems description parameter
    "constant": "SBO:0000009",  # kinetic constant
    "production": "SBO:0000393", "degradation": "SBO:0000179", "conversion": "SBO:0000182", "translocation": "SBO:0000185",
    "process": "SBO:0000375",
    "reactant": "SBO:0000010", "product": "SBO:0000011", "modifier": "SBO:0000019",
    "law": "SBO:0000001",  # rate law
    "formula": "SBO:0000064",  # mathematical expression
    "event": "SBO:0000231",  # occurring entity representation
}


def name_and_notes(element: Any, name: str, *lines: str) -> None:
    """A name, and notes of one paragraph per line."""
    element.setName(name)
    if said := [line for line in lines if line]:
        element.setNotes("".join(f"<p {_XHTML}>{escape(line)}</p>" for line in said))


def term(element: Any, word: str) -> None:
    """A term of the Systems Biology Ontology, by our word for it."""
    element.setSBOTerm(SBO[word])


def addresses(keys: Iterable[str]) -> list[str]:
    """Resolvable identifiers of sources, in the order given, each once; a source without one is left to the notes."""
    found = [_address(bibliography()[key_of(key)]) for key in keys]
    return list(dict.fromkeys(filter(None, found)))


def _address(reference: Reference) -> str:
    for field, prefix in _RESOLVED:
        value = reference.fields.get(field, "")
        if value and not (field == "eprint" and reference.fields.get("archiveprefix", "arXiv").lower() != "arxiv"):
            return f"https://identifiers.org/{prefix}:{value}"
    return ""


def cite(element: Any, keys: Iterable[str]) -> None:
    """Say by which sources an element is described, where they have identifiers."""
    import libsbml

    if found := addresses(keys):
        _resources(element, found, libsbml.BIOLOGICAL_QUALIFIER, libsbml.BQB_IS_DESCRIBED_BY)


def of_humans(element: Any) -> None:
    """Say of a model that it is of humans."""
    import libsbml

    _resources(element, [_HUMAN], libsbml.BIOLOGICAL_QUALIFIER, libsbml.BQB_HAS_TAXON)


def _resources(element: Any, found: Iterable[str], kind: int, qualifier: int) -> None:
    import libsbml

    if not element.isSetMetaId():
        element.setMetaId(f"meta_{element.getId()}")
    said = libsbml.CVTerm()
    said.setQualifierType(kind)
    said.setBiologicalQualifierType(qualifier)
    for address in found:
        said.addResource(address)
    element.addCVTerm(said)


def words_of(evidence: Evidence, value: float, *, changed: bool) -> list[str]:
    """Lines on one parameter: meaning, on what its value rests, and how far it may be off."""
    if changed:
        return [evidence.parameter.doc, f"Set for this person; the usual value is {evidence.value:g} {evidence.parameter.unit_text}."]
    low, high = evidence.uncertainty.range90(evidence.value)
    sources = [f"{key_of(s)}: {bibliography()[key_of(s)].short}" for s in evidence.source]
    drawn = "" if value == evidence.value else f"Of this person; the typical value is {evidence.value:g}."
    rests = f"{evidence.status.capitalize()} {STATUSES[evidence.status]}; grade {evidence.grade}, {GRADES[evidence.grade]}."
    return [evidence.parameter.doc, drawn, rests, f"The typical value lies between {low:.3g} and {high:.3g} (90 % range).", evidence.note, *sources]
