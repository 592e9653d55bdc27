"""Groups from files: what a group has from those that it is like, and every way in which a file can be wrong."""

import pytest
from tests.helpers import refused
from tests.small_crowd import MODEL
from tests.small_population import write_groups

from zonula.ground.errors import UsageError
from zonula.organs.standard import standard_model
from zonula.population.check import faults_of
from zonula.population.groups import read_groups, shipped_groups

GENERAL = """[covariates]
female = 0.5
age = { mean = 40, sd = 10, low = 18, high = 70 }
[parameters."gut.k"]
times = 2
[parameters."joint.k"]
value = 1.0
"""
ILL = """like = "general"
days = 100
before = ["leak 1 from day 0 to day 3"]
entry = ["pain_vas >= 2"]
background = ["leak 1 from day 0 to day 2"]
[covariates]
female = 0.7
[parameters."gut.k"]
times = 3
"""
WORSE = """like = "ill"
days = 10
before = ["leak 2 from day 0 to day 3"]
entry = ["pain_vas >= 3"]
[[some]]
share = 0.5
events = ["leak 1 from day 5 to day 6"]
"""


@pytest.fixture
def three(tmp_path):
    return read_groups([write_groups(tmp_path, general=GENERAL, ill=ILL, worse=WORSE)])


def test_a_group_has_what_those_have_that_it_is_like(three):
    worse = three["worse"]
    assert (worse.covariates.female, worse.covariates.age.mean) == (0.7, 40)
    assert {path: (c.times, c.value) for path, c in worse.parameters.items()} == {"gut.k": (3, None), "joint.k": (None, 1.0)}
    assert worse.entry == ("pain_vas >= 2", "pain_vas >= 3")
    assert worse.background == ("leak 1 from day 0 to day 2",)
    assert [s.share for s in worse.some] == [0.5]


def test_histories_follow_one_another_from_the_general_to_the_particular(three):
    assert [(h.days, h.events) for h in three["worse"].histories] == [(100.0, ("leak 1 from day 0 to day 3",)), (10.0, ("leak 2 from day 0 to day 3",))]
    assert three["general"].histories == ()


def test_days_in_which_nothing_happened_are_a_history_when_that_is_written(tmp_path):
    quiet = read_groups([write_groups(tmp_path, general=GENERAL, ill=ILL, later='like = "ill"\ndays = 20\nbefore = []')])["later"]
    assert [(h.days, len(h.events)) for h in quiet.histories] == [(100.0, 1), (20.0, 0)]


def test_a_group_may_be_like_one_of_another_folder(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write_groups(tmp_path / "a", general=GENERAL)
    write_groups(tmp_path / "b", ill=ILL)
    assert read_groups([tmp_path / "a", tmp_path / "b"])["ill"].covariates.age.mean == 40


@pytest.mark.parametrize(("text", "code", "line", "word"), [
    ('like = "genral"', "ZN-1235", 4, "did you mean 'general'?"),
    ('like = "odd"', "ZN-1235", 4, "by way of others"),
    ("days = 3", "ZN-1234", 4, "both its days and its sentences"),
    ('before = ["leak 1 from day 0 to day 3"]', "ZN-1234", 0, "both its days and its sentences"),
    ("before = []", "ZN-1234", 0, "both its days and its sentences"),
    ('[parameters."gut.k"]\nnote = "x"', "ZN-1234", 4, "either times or value"),
    ('about = ""\n[parameters."gut.k"]\ntimes = 2\nvalue = 3', "ZN-1234", 5, "either times or value"),
    ("colour = 3", "ZN-1104", 4, "unknown key 'colour'"),
    ("days = -1", "ZN-1108", 4, "greater than or equal to 0"),
    ("[[some]]\nshare = 1.5\nevents = []", "ZN-1108", 5, "less than or equal to 1"),
    ("[covariates]\nfemale = nan", "ZN-1108", 5, "finite"),
    ("days = [", "ZN-1102", 0, "not TOML"),
])
def test_what_is_wrong_is_said_with_file_and_line(tmp_path, text, code, line, word):
    write_groups(tmp_path, general=GENERAL, odd=text)
    with pytest.raises(UsageError) as caught:
        read_groups([tmp_path])
    problem = next(p for p in caught.value.problems if p.code == code)
    assert word in f"{problem.message} {problem.fix}"
    assert problem.file == str(tmp_path / "odd.toml")
    assert problem.fix
    if line:
        assert problem.line == line


def test_a_circle_of_groups_is_refused(tmp_path):
    write_groups(tmp_path, one='like = "two"', two='like = "three"', three='like = "one"')
    with refused("ZN-1235", "by way of others", "end the circle"):
        read_groups([tmp_path])


def test_two_groups_of_one_name_and_a_wrong_name_of_the_file_are_refused_together(tmp_path):
    write_groups(tmp_path, general=GENERAL)
    (tmp_path / "other.toml").write_text((tmp_path / "general.toml").read_text("utf-8").replace("group/1", "group/9"), "utf-8")
    with pytest.raises(UsageError) as caught:
        read_groups([tmp_path])
    said = [(p.code, p.line, p.message) for p in caught.value.problems]
    assert said == [("ZN-1234", 1, "unknown schema 'zonula/group/9'"), ("ZN-1234", 2, "there are two groups 'general'"),
                    ("ZN-1234", 2, "the group 'general' stands in a file of another name")]


def test_what_a_model_does_not_know_is_found_before_anything_is_run(tmp_path):
    text = """days = 3
before = ["leek 1 from day 0 to day 3"]
background = ["nothing at all"]
entry = ["pain_fast >= 2", "pain_vas 2"]
[parameters."gut.kk"]
times = 2
[parameters."gut.k"]
times = 0.5
uncertainty = { law = "lognormal", low = 0.6, high = 0.9 }
[parameters."joint.k"]
times = 0.5
variability = { law = "logitnormal", low = 0.4, high = 0.6 }
"""
    found = faults_of(read_groups([write_groups(tmp_path, odd=text)])["odd"], MODEL)
    assert {(p.line, p.path) for p in found} == {(5, "before"), (6, "background"), (7, "entry"), (8, "parameters.gut.kk"), (10, "parameters.gut.k"),
                                                 (13, "parameters.joint.k")}
    assert [p.code for p in found if p.line == 7] == ["ZN-1240", "ZN-1232"]
    assert all(p.file == str(tmp_path / "odd.toml") and p.fix for p in found)


def test_the_shipped_groups_can_be_simulated():
    model = standard_model()
    assert {"healthy", "established_ra", "axial_spa"} <= set(shipped_groups())
    for group in shipped_groups().values():
        assert faults_of(group, model) == []
        assert group.covariates.female is not None
