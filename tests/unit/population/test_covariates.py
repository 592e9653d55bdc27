"""Who people are: shares and ranges as the group says, and each person's own chances whatever the group."""

import numpy as np
import pytest
from scipy import stats
from tests.small_population import COVARIATES

from zonula.population.covariates import Covariates, chance_of, draw_covariates
from zonula.population.groups import shipped_groups
from zonula.population.schema import CovariatesTable

MANY = range(20_000)


def test_shares_and_means_are_those_of_the_group():
    table = shipped_groups()["healthy"].covariates
    drawn = draw_covariates(table, 3, MANY)
    for seen, share in ((drawn.female, table.female), (drawn.hla_b27, table.hla_b27), (drawn.smoker, table.smokers)):
        assert seen.mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(MANY)))
    for sex, scale in ((drawn.female, table.height_female), (~drawn.female, table.height_male)):
        assert drawn.height[sex].mean() == pytest.approx(scale.mean, abs=0.3)
        assert drawn.height[sex].std() == pytest.approx(scale.sd, rel=0.05)
    assert drawn.age.min() == table.age.low
    assert drawn.age.max() <= table.age.high


def test_weight_is_body_mass_index_times_height_squared():
    drawn = draw_covariates(CovariatesTable(**COVARIATES), 3, range(500))
    index = drawn.weight / (drawn.height / 100) ** 2
    assert index.mean() == pytest.approx(25, abs=0.6)
    assert index.min() >= 17 - 1e-9
    assert abs(np.corrcoef(index, drawn.height)[0, 1]) < 0.15


def test_a_person_has_the_same_chances_in_any_group():
    few, more = (draw_covariates(CovariatesTable(**COVARIATES | {"female": share, "hla_b27": share}), 3, MANY) for share in (0.2, 0.6))
    assert np.all(more.female[few.female])
    assert np.all(more.hla_b27[few.hla_b27])
    assert few.female.mean() < more.female.mean()
    same = few.female == more.female
    assert np.array_equal(few.height[same], more.height[same])


def test_a_person_is_the_same_whoever_else_is_drawn():
    all_of_them, some = (draw_covariates(CovariatesTable(**COVARIATES), 3, persons) for persons in (range(100), range(40, 60)))
    for name in Covariates.__slots__:
        assert np.array_equal(getattr(all_of_them, name)[40:60], getattr(some, name))


def test_another_seed_draws_other_people():
    one, other = (draw_covariates(CovariatesTable(**COVARIATES), seed, range(50)) for seed in (3, 4))
    assert not np.array_equal(one.height, other.height)


def test_what_a_group_does_not_say_is_usual():
    drawn = draw_covariates(CovariatesTable(), 3, range(2000))
    assert set(drawn.height.tolist()) == {165.0, 178.0}
    assert drawn.female.mean() == pytest.approx(0.5, abs=0.05)
    assert not drawn.hla_b27.any()
    assert not drawn.smoker.any()


def test_chances_are_even():
    assert stats.kstest(chance_of(stats.norm.ppf(np.linspace(0.0005, 0.9995, 1000))), "uniform").pvalue > 0.999
