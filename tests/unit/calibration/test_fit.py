"""A calibration from files to a population: small, of two studies of endotoxin."""

import json
import shutil

import numpy as np
import pytest

from zonula.calibration import fit as fitting
from zonula.calibration.fit import Plan, fit
from zonula.calibration.learned import in_words, learned
from zonula.calibration.posterior import read_posterior, write_posterior
from zonula.calibration.space import prior_scores, space_of
from zonula.calibration.targets import targets_of
from zonula.evidence.load import evidence_of
from zonula.experiments.predict import Settings, predict
from zonula.experiments.read import read_experiments
from zonula.ground.errors import InputDataError
from zonula.ground.files import packaged
from zonula.organs.standard import standard_model
from zonula.population.sampling import at_rest

STUDIES = ("janum_bolus", "kiers2017_two_doses")
PLAN = Plan(members=80, persons=3, steps=2, seed=3, jobs=2)


@pytest.fixture(scope="module")
def model():
    return standard_model()


@pytest.fixture(scope="module")
def studies(model):
    return read_experiments([packaged("experiments", "human", f"{name}.toml") for name in STUDIES], model)


@pytest.fixture(scope="module")
def done(model, studies, tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibration")
    return fit(studies, model, evidence_of(model), PLAN, folder), folder


def test_people_come_closer_to_what_was_seen(done):
    found, _ = done
    assert len(found.misfit) == PLAN.steps + 1
    assert found.misfit[-1] < 0.7 * found.misfit[0], found.misfit


def test_typical_persons_stay_healthy(model, done):
    found, _ = done
    wrong, _ = at_rest(model, found.space.members(found.posterior, "after").rows)
    assert not wrong.any()
    assert not np.array_equal(found.prior, found.posterior)


def test_the_blood_is_learned_and_the_joint_is_not(done):
    known = {one.name: one for one in learned(done[0])}
    blood = [one.left for name, one in known.items() if name.split(".")[0] in ("cytokines", "monocytes", "brain")]
    joint = [one.left for name, one in known.items() if name.startswith("joint")]
    assert min(blood) < 0.85 < np.median(joint)
    assert any("say nothing" in line for line in in_words(list(known.values())))


def test_who_is_broken_off_goes_on_with_the_same_result(model, studies, done, tmp_path):
    found, folder = done
    half = tmp_path / "half"
    half.mkdir()
    for name in ("calibration.json", "targets.json", "covariance.npy", "scores_0.npy", "shown_0.npy"):
        shutil.copy(folder / name, half / name)
    again = fit(studies, model, evidence_of(model), PLAN, half)
    assert np.array_equal(again.posterior, found.posterior)
    assert again.misfit == found.misfit


def test_what_is_finished_is_read_and_not_simulated_again(model, studies, done, monkeypatch):
    found, folder = done
    monkeypatch.setattr(fitting, "predict", lambda *_, **__: pytest.fail("simulated again"))
    again = fit(studies, model, evidence_of(model), PLAN, folder)
    assert np.array_equal(again.posterior, found.posterior)
    assert np.array_equal(again.shown, found.shown, equal_nan=True)
    assert again.misfit == found.misfit


def test_a_folder_of_another_calibration_is_refused(model, studies, done):
    with pytest.raises(InputDataError, match="another calibration"):
        fit(studies, model, evidence_of(model), Plan(members=80, persons=3, steps=2, seed=4), done[1])


def test_a_population_is_written_and_read(model, done, tmp_path):
    posterior, path = done[0].population(), tmp_path / "p.npz"
    write_posterior(posterior, path)
    read = read_posterior(path)
    assert read.hash == posterior.hash
    assert np.array_equal(read.scores, posterior.scores)
    members = read.members(model, evidence_of(model), 7)
    assert members.rows.shape == (7, len(model.parameters))
    assert members.rows == pytest.approx(done[0].space.members(done[0].posterior[:7], "x").rows, rel=1e-5)
    assert set(members.scores) == {f"uncertainty of {name}" for name in done[0].space.of_groups}


@pytest.mark.parametrize("spoil", ["cut", "other", "score", "pickle"])
def test_a_damaged_population_is_refused(done, tmp_path, spoil):
    posterior, path = done[0].population(), tmp_path / "p.npz"
    write_posterior(posterior, path)
    if spoil == "cut":
        path.write_bytes(path.read_bytes()[:-200])
    elif spoil == "other":
        path.write_text("{}")
    elif spoil == "pickle":
        np.savez(path, scores=np.array([{"a": 1}], dtype=object), facts=np.zeros(3))
    else:
        facts = json.dumps({**posterior.facts, "hash": posterior.hash, "names": posterior.names})
        np.savez_compressed(path, scores=(posterior.scores + 0.5).astype("<f4"), facts=np.frombuffer(facts.encode(), dtype=np.uint8))
    with pytest.raises(InputDataError, match="calibrated population"):
        read_posterior(path)


def test_scores_are_quantiles_of_the_evidence(model):
    space = space_of(model, evidence_of(model), [])
    z = prior_scores(space, 3, 1)
    rows = space.members(z, "x").rows
    for path in ("cytokines.k_tnf", "mucosa.EC50_products"):
        known = evidence_of(model)[path]
        for i in range(3):
            want = known.uncertainty.quantile(known.value, float(z[i, space.parameters.index(path)]))
            assert rows[i, model.parameter_index[path]] == pytest.approx(want, rel=1e-12)


def test_rows_of_one_laboratory_share_its_scale_and_ratios_do_not(model, studies):
    space = space_of(model, evidence_of(model), [])
    members = space.members(np.vstack([np.zeros(len(space.names)), prior_scores(space, 5, 9) * 0.2]), "x")
    found = targets_of(predict(studies, model, evidence_of(model), members, Settings(persons=3, scales=False)))
    by_id = {row.id: (e, row) for e in studies for row in e.rows}
    together = apart = 0
    for i, a in enumerate(found.ids):
        for j, b in enumerate(found.ids):
            (one, x), (two, y) = by_id[a], by_id[b]
            shared = found.covariance[i, j]
            if i == j or one.id != two.id or x.said.measure != y.said.measure:
                assert i == j or shared == 0
            elif "tnf" in x.said.measure and x.said.own is None and y.said.own is None and x.said.against is None and y.said.against is None:
                assert shared > 0
                together += 1
            else:
                apart += 1
    assert together + apart > 0
    assert np.all(np.linalg.eigvalsh(found.covariance) > 0)
