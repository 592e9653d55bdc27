"""The bibliography: each source once, each to be found again, each cited source known."""

import pytest
from tests.helpers import refused

from zonula.evidence.bibliography import Reference, bibliography, bibtex, key_of, read_bibliography
from zonula.evidence.load import evidence_of
from zonula.ground.errors import EvidenceError
from zonula.organs.standard import standard_model

ENTRY = """@article{{{key},
  author  = {{M{{\\o}}ller, Kirsten and Berg, Ronan}},
  title   = {{Endotoxin in {{People}}}},
  journal = {{A Journal}},
  pages   = {{1--9}},
  year    = {{2012}},
  {identifier}
}}
"""


def _read(tmp_path, *entries):
    path = tmp_path / "references.bib"
    path.write_text("% a comment\n" + "\n".join(entries), encoding="utf-8")
    return read_bibliography(path)


def _entry(key, identifier="doi = {10.1/x},"):
    return ENTRY.format(key=key, identifier=identifier)


def test_entries_are_read_with_their_fields(tmp_path):
    found = _read(tmp_path, _entry("Berg2012"), _entry("Moller2013"))
    assert list(found) == ["Berg2012", "Moller2013"]
    entry = found["Berg2012"]
    assert entry.fields["title"] == "Endotoxin in People"
    assert entry.fields["pages"] == "1–9"
    assert entry.short == "Møller et al. 2012. Endotoxin in People. A Journal."
    assert entry.text.startswith("@article{Berg2012,")
    assert "Moller2013" not in entry.text


def test_a_key_given_twice_is_refused(tmp_path):
    with refused("ZN-2401", "'Berg2012'", "references.bib:11", kind=EvidenceError):
        _read(tmp_path, _entry("Berg2012"), _entry("Berg2012"))


@pytest.mark.parametrize("identifier", ["", "doi = {},", "note = {somewhere},"])
def test_a_source_that_cannot_be_found_is_refused(tmp_path, identifier):
    with refused("ZN-2402", "'Berg2012'", "references.bib:2", "doi or pmid", kind=EvidenceError):
        _read(tmp_path, _entry("Berg2012", identifier))


@pytest.mark.parametrize(("identifier", "link"), [
    ("doi = {10.1/x},", "https://doi.org/10.1/x"), ("pmid = {123},", "https://pubmed.ncbi.nlm.nih.gov/123/"),
    ("pmcid = {PMC1},", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/"), ("eprint = {2308.01495},", "https://arxiv.org/abs/2308.01495"),
    ("url = {https://example.org/a},", "https://example.org/a"),
])
def test_each_identifier_leads_to_an_address(tmp_path, identifier, link):
    assert _read(tmp_path, _entry("Berg2012", identifier))["Berg2012"].link == link


def test_a_reference_with_little_still_has_a_line():
    assert Reference("Nobody", {}, "").short == "Nobody."


def test_a_citation_may_name_a_place_in_its_source():
    assert key_of("Suzuki2011, fig. 3b") == key_of(" Suzuki2011 ") == "Suzuki2011"


def test_every_cited_source_is_in_the_bibliography():
    known = bibliography()
    cited = {key_of(s) for e in evidence_of(standard_model()).values() for s in e.source}
    cited |= {key_of(r.source) for r in standard_model().reactions if r.source}
    assert cited <= known.keys()
    assert len(cited) > 10


def test_every_shipped_source_can_be_found():
    for key, entry in bibliography().items():
        assert entry.link.startswith("https://"), key
        assert entry.fields.get("title"), key
        assert "checked" in entry.fields, f"{key} does not say what was seen"


def test_bibtex_of_some_keys_is_sorted_and_whole():
    keys = sorted(bibliography())[:3]
    text = bibtex([*reversed(keys), keys[0]])
    assert [line.split("{")[1].rstrip(",") for line in text.splitlines() if line.startswith("@")] == keys
    with pytest.raises(KeyError):
        bibtex(["Nobody1999"])
