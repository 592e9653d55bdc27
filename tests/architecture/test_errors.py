"""Every error code means one thing and stands in docs/errors.md."""

import re
from collections import defaultdict

from scripts.list_errors import PAGE, SOURCE, page, uses

_VAGUE = {"collected with others", "the caller's kind"}


def test_the_page_of_errors_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python scripts/list_errors.py"


def test_no_code_escapes_the_list():
    in_source = {code for path in SOURCE.rglob("*.py") for code in re.findall(r"ZN-\d{4}", path.read_text(encoding="utf-8"))}
    assert in_source == {use.code for use in uses()}
    assert in_source <= set(re.findall(r"ZN-\d{4}", PAGE.read_text(encoding="utf-8")))


def test_one_code_is_one_kind_of_error():
    kinds = defaultdict(set)
    for use in uses():
        if use.kind not in _VAGUE:
            kinds[use.code].add(use.kind)
    assert {code: sorted(found) for code, found in kinds.items() if len(found) > 1} == {}


def test_one_code_is_used_in_one_package():
    places = defaultdict(set)
    for use in uses():
        places[use.code].add(use.place.split("/")[0])
    assert {code: sorted(found) for code, found in places.items() if len(found) > 1} == {}, "is it the same thing?"


def test_every_error_says_what_and_what_to_do():
    silent = [f"{use.code} ({use.place}:{use.line})" for use in uses() if not use.message or not use.fix]
    assert silent == []


def test_a_choice_between_two_codes_is_two_codes(tmp_path):
    (tmp_path / "a.py").write_text('UnitError.of("ZN-9998" if x else "ZN-9999", "one", fix="a")\n')
    assert [use.code for use in uses(tmp_path)] == ["ZN-9998", "ZN-9999"]


def test_a_fault_in_the_source_is_found(tmp_path):
    (tmp_path / "a.py").write_text('raise UnitError.of("ZN-9998", "one", fix="a")\n')
    (tmp_path / "b.py").write_text('raise ModelError.of("ZN-9998", f"two {x!r}", fix=nearest(x, y))\nproblem = Problem(code="ZN-9997", message="m")\n')
    found = [(use.code, use.kind, use.message, use.fix) for use in uses(tmp_path)]
    assert found == [("ZN-9997", "collected with others", "m", ""), ("ZN-9998", "UnitError", "one", "a"),
                     ("ZN-9998", "ModelError", "two <x>", "(names what is near)")]
