"""Populations in files: read back exactly, a person by id, and files that are damaged or something else."""

import itertools
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.helpers import refused
from tests.small_crowd import MODEL
from tests.small_population import evidence, group, members

from zonula.ground.errors import InputDataError, StorageError, UsageError
from zonula.population.correlations import NONE
from zonula.population.groups import History
from zonula.population.recruit import Recruiting, recruit_in_parts
from zonula.population.stored import batch_of, facts_of_group, held_population, read_population, reweighted, schema_of, write_population
from zonula.population.variants import STANDARD, Variant

HURT = group(histories=(History(days=30.0, events=("leak 4 from day 0 to day 30",)),), entry=("pain_vas >= 14",))
OTHER = Variant(name="other", title="", parameters={"gut.k": 0.25})
SCHEMA = schema_of(MODEL, ("pain_vas", "drug"))
FACTS = {"seed": 7, "asked": 24, "group": facts_of_group(HURT), "model": MODEL.fingerprint}


def parts(count=24, at_once=10):
    asked = Recruiting(seed=7, correlations=NONE, readouts=("drug",), variants=(STANDARD, OTHER, STANDARD, OTHER))
    return list(recruit_in_parts(MODEL, evidence(), HURT, members(), range(count), recruiting=asked, at_once=at_once))


@pytest.fixture(scope="module")
def drawn():
    return parts()


@pytest.fixture
def path(drawn, tmp_path):
    write_population(tmp_path / "pop.parquet", (batch_of(part, SCHEMA) for part in drawn), SCHEMA, FACTS)
    return tmp_path / "pop.parquet"


def test_what_is_written_is_read_back_to_the_last_bit(drawn, path):
    found = read_population(path)
    rows = np.concatenate([part.cohort.rows for part in drawn])
    assert len(found) == len(rows) == 24
    for i, q in enumerate(MODEL.parameters):
        assert np.array_equal(found.column(q.path), rows[:, i]), q.path
    assert np.array_equal(found.column("pain_vas"), np.concatenate([part.measured("pain_vas") for part in drawn]))
    assert np.array_equal(found.column("pain_vas_true"), np.concatenate([part.readout("pain_vas") for part in drawn]))
    assert np.array_equal(found.column("bmi"), np.concatenate([part.cohort.covariates.bmi for part in drawn]))
    assert found.table(["variant"]).column(0).to_pylist() == ["standard", "other"] * 12
    assert found.weights.tolist() == [1.0] * 24
    assert found.effective == 24
    assert {key: found.facts[key] for key in FACTS} == json.loads(json.dumps(FACTS))
    assert found.facts["simulated"] is True


def test_columns_have_units(path):
    schema = read_population(path).schema
    assert {name: schema.field(name).metadata[b"unit"] for name in ("age", "pain_vas", "drug.volume")} == {
        "age": b"year", "pain_vas": b"mm", "drug.volume": b"L/kg"}
    table = read_population(path).dataset()
    assert table["drug.volume"].attrs["units"] == "L/kg"
    assert table.sizes == {"person": 24}
    assert table["variant"].values.tolist()[:2] == ["standard", "other"]


def test_who_is_in_a_file_does_not_depend_on_its_pieces_or_who_follows(drawn, path, tmp_path):
    other = tmp_path / "other.parquet"
    write_population(other, (batch_of(part, SCHEMA) for part in parts(count=16, at_once=7)), SCHEMA, FACTS)
    one, two = read_population(path).table(), read_population(other).table()
    assert two.combine_chunks().equals(one.slice(0, 16).combine_chunks())


def test_a_person_is_found_by_id(drawn, path):
    found = read_population(path)
    person = found.person(13)
    assert (person.id, person.values["member"], person.values["variant"]) == (13, 1, "other")
    assert list(person.parameters(MODEL).values()) == drawn[1].cohort.rows[3].tolist()
    held = held_population([batch_of(part, SCHEMA) for part in drawn], SCHEMA, FACTS)
    assert dict(held.person(13).values) == dict(person.values)
    with refused("ZN-1294", "24", "column id"):
        found.person(24)
    with refused("ZN-1294", "no column 'agee'", "age"):
        found.column("agee")


def test_without_parameters_there_is_no_story(drawn, tmp_path):
    schema = schema_of(MODEL, ("pain_vas",), parameters=False)
    write_population(tmp_path / "slim.parquet", (batch_of(part, schema) for part in drawn), schema, FACTS)
    with pytest.raises(InputDataError) as caught:
        read_population(tmp_path / "slim.parquet").person(2).parameters(MODEL)
    assert caught.value.problems[0].code == "ZN-3051"


def test_weights_are_laid_on_without_touching_anything_else(path):
    before = read_population(path).table()
    weights = np.linspace(0.5, 1.5, 24)
    reweighted(path, weights, {"match": {"by": "weights"}})
    after = read_population(path)
    assert np.array_equal(after.weights, weights)
    assert after.effective == pytest.approx(24**2 / (weights**2).sum())
    assert after.facts["match"] == {"by": "weights"}
    assert after.facts["seed"] == 7
    assert after.table().drop(["match_weight"]).equals(before.drop(["match_weight"]))
    assert pq.ParquetFile(path).num_row_groups == 3


def damage(path, how):
    data = path.read_bytes()
    if how == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "text":
        path.write_text("id,age\n1,2\n", "utf-8")
    elif how == "other":
        pq.write_table(pa.table({"id": [1, 2]}), path)
    elif how == "stranger":
        table = pq.read_table(path).drop(["number"])
        pq.write_table(table, path)
    elif how == "gone":
        path.unlink()


@pytest.mark.parametrize("how", ["cut", "empty", "text", "other", "stranger", "gone"])
def test_what_is_no_population_is_refused(path, how):
    damage(path, how)
    with refused("ZN-3050", "pop.parquet", kind=InputDataError):
        read_population(path)


def test_a_flipped_bit_is_noticed_or_without_effect(path):
    whole, wrong, codes = path.read_bytes(), 0, set()
    before = read_population(path).table()
    for place in range(8, len(whole) - 40_000 if len(whole) > 80_000 else len(whole) // 2, 701):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            wrong += not read_population(path).table().equals(before)
        except InputDataError as error:
            codes.add(error.problems[0].code)
    assert wrong == 0
    assert codes == {"ZN-3050"}


def test_a_file_that_breaks_off_leaves_nothing(drawn, tmp_path):
    def broken():
        yield batch_of(drawn[0], SCHEMA)
        raise UsageError.of("ZN-1243", "nobody", fix="ask for less")

    with pytest.raises(UsageError):
        write_population(tmp_path / "pop.parquet", broken(), SCHEMA, FACTS)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StorageError):
        write_population(tmp_path / "no" / "pop.parquet", iter(()), SCHEMA, FACTS)


def test_pieces_are_written_as_they_come(drawn, tmp_path):
    asked = iter(drawn)
    seen = []

    def told():
        for part in itertools.islice(asked, 3):
            seen.append(part.slot[0])
            yield batch_of(part, SCHEMA)

    write_population(tmp_path / "pop.parquet", told(), SCHEMA, lambda: {**FACTS, "pieces": len(seen)})
    assert read_population(tmp_path / "pop.parquet").facts["pieces"] == 3
