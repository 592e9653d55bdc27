"""What goes together: the correlations that are asked for, nobody else's chances, and files that cannot be."""

import numpy as np
import pytest
from tests.helpers import refused

from zonula.ground.randomness import normal_deviates
from zonula.organs.standard import standard_model
from zonula.population.correlations import NONE, PairTable, correlations_of, read_correlations, shipped_correlations, stream_of

MANY = range(20_000)


def made(*pairs):
    return correlations_of([PairTable(of=[a, b], rho=rho) for a, b, rho in pairs])


def seen(correlations, *names):
    return np.corrcoef(correlations.deviates(3, [stream_of(name) for name in names], MANY).T)


def test_pairs_go_together_as_they_are_said_to():
    found = made(("age", "x.a", 0.6), ("age", "x.b", -0.4), ("x.a", "x.b", 0.2), ("x.c", "x.d", 0.7))
    names = ("age", "x.a", "x.b", "x.c", "x.d")
    wanted = np.eye(5)
    for i, j, rho in ((0, 1, 0.6), (0, 2, -0.4), (1, 2, 0.2), (3, 4, 0.7)):
        wanted[i, j] = wanted[j, i] = rho
    assert seen(found, *names) == pytest.approx(wanted, abs=0.03)
    z = found.deviates(3, [stream_of(name) for name in names], MANY)
    assert z.std(axis=0) == pytest.approx(np.ones(5), abs=0.03)


def test_who_belongs_to_a_share_is_whose_chance_is_low():
    assert seen(made(("female", "x.a", 0.5)), "female", "x.a")[0, 1] == pytest.approx(-0.5, abs=0.03)
    assert seen(made(("female", "smoker", 0.5)), "female", "smoker")[0, 1] == pytest.approx(0.5, abs=0.03)


def test_a_new_pair_changes_nobody_who_stands_before_it_to_the_last_bit():
    streams = [stream_of(name) for name in ("age", "x.a", "x.b", "x.c")]
    one, two = made(("age", "x.a", 0.6)), made(("age", "x.a", 0.6), ("x.a", "x.b", 0.3))
    a, b, plain = one.deviates(3, streams, MANY), two.deviates(3, streams, MANY), normal_deviates(3, streams, MANY)
    assert np.array_equal(a[:, [0, 1, 3]], b[:, [0, 1, 3]])
    assert not np.array_equal(a[:, 2], b[:, 2])
    assert np.array_equal(a[:, [0, 2, 3]], plain[:, [0, 2, 3]])


def test_none_and_nought_leave_every_bit():
    streams = [stream_of(name) for name in ("age", "x.a")]
    plain = normal_deviates(3, streams, MANY).tobytes()
    for none in (NONE, made(("age", "x.a", 0.0))):
        assert none.deviates(3, streams, MANY).tobytes() == plain


def test_a_person_has_the_same_chances_whoever_else_and_whatever_else_is_drawn():
    found = made(("age", "x.a", 0.6), ("x.a", "x.b", 0.3))
    all_of_it = found.deviates(3, [stream_of(name) for name in ("x.c", "age", "x.b", "x.a")], range(50))
    assert np.array_equal(found.deviates(3, [stream_of("x.b")], [17, 4])[:, 0], all_of_it[[17, 4], 2])


def test_those_that_ship_are_of_this_model_and_say_where_they_are_from():
    found = shipped_correlations()
    known = {*standard_model().parameter_index, "age", "height", "bmi", "female", "hla_b27", "smoker"}
    assert {name for p in found.pairs for name in p.of} <= known
    assert all(p.note for p in found.pairs)
    assert all(p.source or p.status == "assumed" for p in found.pairs)


def written(tmp_path, text):
    path = tmp_path / "own.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(("text", "words"), [
    ('[[pair]]\nof = ["age", "age"]\nrho = 0.5', ("with itself",)),
    ('[[pair]]\nof = ["age", "bmi"]\nrho = 0.5\n[[pair]]\nof = ["bmi", "age"]\nrho = 0.2', ("paired twice",)),
    ('[[pair]]\nof = ["age", "bmi"]\nrho = 0.9\n[[pair]]\nof = ["bmi", "height"]\nrho = 0.9\n[[pair]]\nof = ["age", "height"]\nrho = -0.9',
     ("no numbers can go together", "nearer to 0")),
    ('[[pair]]\nof = ["age", "liver.k_crpp"]\nrho = 0.5', ("liver.k_crpp", "liver.k_crp")),
    ('schema = "other/1"\n', ("unknown schema",))])
def test_a_file_that_cannot_be_is_refused(tmp_path, text, words):
    with refused("ZN-1290", "own.toml", *words):
        read_correlations(written(tmp_path, text), standard_model())
