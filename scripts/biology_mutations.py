"""Mutants of the biology: the standard model with one thing in it wrong.

A process is left out, or runs backwards; a term of a formula has the other sign, or a treatment does the contrary; a constant is half or
twice what the evidence says; two constants of an organ that have one unit are exchanged.  Names, units, sources and the number of equations
stay as they are, so that a mutant can be told from the model by what it does and by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, zip_longest

import numpy as np

from zonula.drugs.standard import TREATMENTS
from zonula.evidence.load import Evidence, evidence_of
from zonula.language import Model, Organ, assemble
from zonula.language.expression import Call, Expr, Number, names
from zonula.language.model import Reaction, plain_text
from zonula.language.quantities import Covariate
from zonula.organs.standard import ORGANS, standard_model

KINDS = ("drop process", "flip process", "flip effect", "halve", "double", "swap")
_OF_MODEL = KINDS[:3]  # the others are of the evidence, and leave the equations as they are
FACTORS = {"halve": 0.5, "double": 2.0}
_LEAST_APART = 2.0  # of what is exchanged: a smaller difference would be less of a mistake than halving
# the arguments of a function in which a sign is the direction of an effect: not denominators, half-saturations, exponents and conditions
_SIGNED = {"+": (0, 1), "-": (0, 1), "*": (0, 1), "min": (0, 1), "max": (0, 1), "piecewise": (0, 2),
           **dict.fromkeys(("/", "^", "hill", "ratio_power", "rectified", "mean_decay"), (0,)),
           **dict.fromkeys(("exp", "ln", "log10", "sqrt", "tanh", "sin", "cos", "abs"), (0,))}
_EVERY: tuple[type[Organ], ...] = (*ORGANS, *TREATMENTS)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One thing that is wrong.

    kind   : one of ``KINDS``
    target : path of the process, signal, effect or parameter
    other  : of a swap, the path of the other parameter
    way    : of a term, which argument of which function it is, from the top of the formula on
    """

    kind: str
    target: str
    other: str = ""
    way: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """What it is called, everywhere and always."""
        more = f" and {self.other}" if self.other else f" at {'.'.join(map(str, self.way))}" if self.way else ""
        return f"{self.kind} {self.target}{more}"

    @property
    def organ(self) -> str:
        """Path of the organ or treatment that is changed."""
        return self.target.split(".")[0]

    @property
    def of_model(self) -> bool:
        """Whether the equations are others, and not only the numbers in them."""
        return self.kind in _OF_MODEL


@lru_cache(maxsize=1)
def universe() -> Mapping[str, tuple[Mutant, ...]]:
    """All mutants that there are, by kind."""
    processes = [r.path for r in standard_model().reactions]
    evidence = evidence_of(standard_model())
    return {
        "drop process": tuple(Mutant("drop process", path) for path in processes),
        "flip process": tuple(Mutant("flip process", path) for path in processes),
        "flip effect": tuple(_effects()),
        **{kind: tuple(Mutant(kind, path) for path, known in evidence.items() if _may_be(known, factor)) for kind, factor in FACTORS.items()},
        "swap": tuple(_swaps(evidence)),
    }


def named(name: str) -> Mutant:
    """The mutant of that name.

    Raises
    ------
    KeyError
    """
    return {mutant.name: mutant for kind in universe().values() for mutant in kind}[name]


def sampled(count: int, seed: int) -> list[Mutant]:
    """Some mutants, of every kind as many: in an order of which any beginning is such a sample, too; none comes twice."""
    drawn = [[mutants[i] for i in np.random.default_rng([seed, place]).permutation(len(mutants))]
             for place, mutants in enumerate(universe()[kind] for kind in KINDS)]
    return [mutant for together in zip_longest(*drawn) for mutant in together if mutant is not None][:count]


def told(mutant: Mutant) -> str:
    """What is changed, in words that a reader of the model understands."""
    evidence = evidence_of(standard_model())
    if mutant.kind in FACTORS:
        known = evidence[mutant.target]
        return f"{known.parameter.doc}: {known.value * FACTORS[mutant.kind]:g} instead of {_with_unit(known)}"
    if mutant.kind == "swap":
        one, two = evidence[mutant.target], evidence[mutant.other]
        return f"{one.parameter.doc} ({_with_unit(one)}) and {two.parameter.doc} ({_with_unit(two)}) are exchanged"
    if mutant.kind == "flip effect" and mutant.way:
        return f"the sign of {plain_text(_term_at(_formulas()[mutant.target], mutant.way))}"
    if mutant.kind == "flip effect":
        effect = next(e for o in _EVERY for name, e in o.effects.items() if f"{o.path}.{name}" == mutant.target)
        return f"what {effect.kind} {effect.target} does the contrary"
    return f"the process {mutant.target} {'does not happen' if mutant.kind == 'drop process' else 'runs backwards'}"


def _with_unit(known: Evidence) -> str:
    unit = known.parameter.unit_text
    return f"{known.value:g}" if unit == "1" else f"{known.value:g} {unit}"


# --- what there is to change -------------------------------------------------------------------------------

def _may_be(known: Evidence, factor: float) -> bool:
    """Whether a parameter is of the biology, and may have so many times its value: a share cannot be more than the whole."""
    share = "logitnormal" in (known.uncertainty.name, known.variability.name)
    return not isinstance(known.parameter, Covariate) and known.value != 0 and not (share and factor * known.value >= 1)


def _swaps(evidence: Mapping[str, Evidence]) -> Iterator[Mutant]:
    for organ in _EVERY:
        mine = [p for p in organ.parameters.values() if not isinstance(p, Covariate)]
        for one, two in combinations(mine, 2):
            low, high = sorted(abs(evidence[p.path].value) for p in (one, two))
            if one.unit == two.unit and high > 0 and high >= _LEAST_APART * low:
                yield Mutant("swap", one.path, two.path)


def _formulas() -> dict[str, Expr]:
    """The formulas of signals and processes as their authors wrote them, by path."""
    return {**{s.path: s.value for organ in _EVERY for s in organ.signals.values()},
            **{f"{organ.path}.{name}": p.rate for organ in _EVERY for name, p in organ.processes.items()}}


def _effects() -> Iterator[Mutant]:
    for path, formula in _formulas().items():
        yield from (Mutant("flip effect", path, way=way) for way in terms(formula))
    for organ in _EVERY:
        yield from (Mutant("flip effect", f"{organ.path}.{name}") for name in organ.effects)


def terms(tree: Expr, way: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Where the terms of sums stand in a formula that name anything; each once, and not the sum of the first few as well."""
    if not isinstance(tree, Call):
        return
    if tree.function in ("+", "-"):
        for i, term in enumerate(tree.args):
            beginning = i == 0 and isinstance(term, Call) and term.function in ("+", "-")
            if not beginning and any(True for _ in names(term)):
                yield (*way, i)
    for i in _SIGNED.get(tree.function, ()):
        yield from terms(tree.args[i], (*way, i))


def _term_at(tree: Expr, way: tuple[int, ...]) -> Expr:
    for i in way:
        if not isinstance(tree, Call):
            raise TypeError(f"no term stands at {way}")
        tree = tree.args[i]
    return tree


# --- the change --------------------------------------------------------------------------------------------

def flipped(tree: Expr, way: tuple[int, ...]) -> Expr:
    """*tree* with the other sign before the term to which *way* leads."""
    if not isinstance(tree, Call):
        raise TypeError(f"no term stands at {way}")
    i, rest = way[0], way[1:]
    if rest:
        return Call(tree.function, tuple(flipped(arg, rest) if k == i else arg for k, arg in enumerate(tree.args)))
    a, b = tree.args
    return Call({"+": "-", "-": "+"}[tree.function], (a, b)) if i == 1 else Call(tree.function, (-a, b))


@contextmanager
def written(mutant: Mutant) -> Iterator[Model]:
    """The model with the mutant in it; as long as it lasts the organs say so, too.

    A term or an effect is changed where its author wrote it, so that tests which read it there see it.  A process is changed in the model:
    its parameters, which nothing else may use, are still there.
    """
    model = standard_model()
    if mutant.kind in ("drop process", "flip process"):
        yield replace(model, reactions=tuple(_other(r, mutant) if r.path == mutant.target else r for r in model.reactions))
        return
    if mutant.kind != "flip effect":
        yield model
        return
    organ = next(o for o in _EVERY if o.path == mutant.organ)
    name = mutant.target.split(".")[1]
    signal, process, effect = organ.signals.get(name), organ.processes.get(name), organ.effects.get(name)
    formula = signal.value if signal is not None else None
    try:
        if signal is not None:
            signal.value = flipped(signal.value, mutant.way)
        elif process is not None:
            organ.processes[name] = replace(process, rate=flipped(process.rate, mutant.way))
        elif effect is not None:
            organ.effects[name] = replace(effect, by=-effect.by)
        yield assemble(*_EVERY)
    finally:
        if signal is not None and formula is not None:
            signal.value = formula
        elif process is not None:
            organ.processes[name] = process
        elif effect is not None:
            organ.effects[name] = effect


def _other(reaction: Reaction, mutant: Mutant) -> Reaction:
    return replace(reaction, rate=Number(0.0) if mutant.kind == "drop process" else -reaction.rate)


def evidence_with(mutant: Mutant, evidence: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """The evidence with the mutant in it: a value is another, or two parameters have each other's value and spreads."""
    out = dict(evidence)
    if mutant.kind in FACTORS:
        out[mutant.target] = replace(out[mutant.target], value=FACTORS[mutant.kind] * out[mutant.target].value)
    if mutant.kind == "swap":
        one, two = out[mutant.target], out[mutant.other]
        out[mutant.target], out[mutant.other] = replace(two, parameter=one.parameter), replace(one, parameter=two.parameter)
    return out
