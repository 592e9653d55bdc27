"""The plan of a study: made once, never mixed with another."""

import json
from dataclasses import replace

import pytest
from tests.small_work import SmallWork, open_small

from zonula.ground.errors import StorageError, UsageError
from zonula.scale import run_study, study_plan, study_status
from zonula.scale.plan import plan_of


def test_the_size_of_shards_is_no_part_of_the_identity():
    work = SmallWork(1000)
    assert plan_of(work, 20).hash == plan_of(work, 40).hash
    assert len({plan_of(w).hash for w in (work, replace(work, seed=2), replace(work, persons=1001), replace(work, unit=5))}) == 4


@pytest.mark.parametrize(("persons", "unit", "size"), [(10, 4, 4), (10_000, 48, 192), (1_000_000, 48, 1968), (1, 48, 48), (10**8, 3000, 3000)])
def test_the_size_that_is_chosen_is_whole_units(persons, unit, size):
    plan = plan_of(SmallWork(persons, unit=unit))
    assert plan.shard_size == size
    assert plan.bounds(0).first == 0
    assert plan.bounds(plan.shards - 1).last == persons


@pytest.mark.parametrize(("persons", "suits", "shards"), [(16, 384, 1), (400, 384, 2), (1600, 384, 7), (3000, 384, 8), (20_000, 384, 47), (10**6, 384, 509),
                                                          (400, 1, 9)])
def test_shards_are_as_large_as_suits_the_work_and_not_so_few_that_processors_have_none(persons, suits, shards):
    class Suited(SmallWork):
        pass

    Suited.suits = suits
    assert plan_of(Suited(persons, unit=48)).shards == shards
    assert plan_of(Suited(persons, unit=48), fine=True).shards == plan_of(SmallWork(persons, unit=48)).shards >= shards


@pytest.mark.parametrize("size", [0, -4, 6])
def test_a_size_that_cuts_units_is_refused(size):
    with pytest.raises(UsageError, match=r"ZN-1342[\s\S]*multiple of 4"):
        plan_of(SmallWork(100), size)


def test_another_study_is_refused_and_what_differs_is_named(tmp_path):
    run_study(tmp_path, SmallWork(40), open_small, jobs=1)
    with pytest.raises(UsageError) as caught:
        run_study(tmp_path, SmallWork(44, seed=7), open_small, jobs=1)
    problem, = caught.value.problems
    assert problem.code == "ZN-1343"
    assert problem.found == "identity.seed = 1; persons = 40"
    assert problem.expected == "identity.seed = 7; persons = 44"
    assert study_status(tmp_path).finished


def test_shards_of_another_size_are_refused_and_no_size_takes_what_is_there(tmp_path):
    run_study(tmp_path, SmallWork(40), open_small, jobs=1, shard_size=8)
    with pytest.raises(UsageError, match="ZN-1344"):
        run_study(tmp_path, SmallWork(40), open_small, jobs=1, shard_size=12)
    assert run_study(tmp_path, SmallWork(40), open_small, jobs=1).plan.shard_size == 8


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(StorageError, match=r"ZN-7022[\s\S]*thesis\.txt"):
        run_study(tmp_path, SmallWork(40), open_small, jobs=1)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(StorageError, match="ZN-7025"):
        run_study(tmp_path / "thesis.txt", SmallWork(40), open_small, jobs=1)
    (tmp_path / "odd" / "plan.json").mkdir(parents=True)
    with pytest.raises(StorageError, match="ZN-7054"):
        run_study(tmp_path / "odd", SmallWork(40), open_small, jobs=1)


def test_no_study_is_told(tmp_path):
    with pytest.raises(StorageError, match="ZN-7020"):
        study_plan(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null", '{"schema": "zonula/study/1"', "\x00\xff"])
def test_a_damaged_plan_is_told_and_mended_with_all_that_was_done(tmp_path, text):
    run_study(tmp_path, SmallWork(40), open_small, jobs=1, shard_size=8)
    whole = (tmp_path / "plan.json").read_bytes()
    (tmp_path / "plan.json").write_text(text, encoding="latin-1")
    with pytest.raises(StorageError, match="ZN-7021"):
        study_status(tmp_path)
    assert run_study(tmp_path, SmallWork(40), open_small, jobs=1).computed == 0  # markers told the size
    assert (tmp_path / "plan.json").read_bytes() == whole


def test_one_changed_letter_of_a_plan_is_found(tmp_path):
    run_study(tmp_path, SmallWork(40), open_small, jobs=1, shard_size=8)
    plan = json.loads((tmp_path / "plan.json").read_text())
    (tmp_path / "plan.json").write_text(json.dumps(plan | {"persons": 41}))
    with pytest.raises(StorageError, match="ZN-7021"):
        study_plan(tmp_path)


def test_a_lost_plan_is_written_again(tmp_path):
    run_study(tmp_path, SmallWork(40), open_small, jobs=1, shard_size=8)
    (tmp_path / "plan.json").unlink()
    found = run_study(tmp_path, SmallWork(40), open_small, jobs=1)
    assert (found.computed, found.plan.shard_size) == (0, 8)


def test_shards_of_another_study_whose_plan_was_lost_are_left_alone(tmp_path):
    run_study(tmp_path, SmallWork(40), open_small, jobs=1, shard_size=8)
    (tmp_path / "plan.json").write_text("damaged")
    with pytest.raises(UsageError, match="ZN-1357"):
        run_study(tmp_path, SmallWork(44), open_small, jobs=1)
    assert run_study(tmp_path, SmallWork(40), open_small, jobs=1).computed == 0


def test_a_plan_opens_the_same_work(tmp_path):
    work = SmallWork(40, seed=9, unit=2, measures=3)
    run_study(tmp_path, work, open_small, jobs=1)
    assert open_small(study_plan(tmp_path).as_dict()) == work
