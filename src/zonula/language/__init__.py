"""The words organs are written in, and the model they are joined into.  No biology here."""

from zonula.language.assemble import assemble
from zonula.language.expression import literal
from zonula.language.laws import (
    fast_on_slow_off,
    hill,
    hill_above,
    inhibited_by,
    inhibited_relative,
    larger,
    ratio_power,
    rectified,
    saturating,
    smaller,
    split,
)
from zonula.language.model import Model
from zonula.language.organ import Drug, Organ
from zonula.language.processes import (
    becomes,
    blocks,
    boosts,
    enters,
    gain,
    leaves,
    loss,
    moves,
    neutralises,
    readout,
    signals_to,
    transit,
)
from zonula.language.quantities import covariate, exposure, healthy, parameter, reads, setpoint, signal, state

__all__ = [
    "Drug", "Model", "Organ", "assemble", "becomes", "blocks", "boosts", "covariate", "enters", "exposure",
    "fast_on_slow_off", "gain", "healthy", "hill", "hill_above", "inhibited_by", "inhibited_relative", "larger",
    "leaves", "literal", "loss", "moves", "neutralises", "parameter", "ratio_power", "readout", "reads", "rectified",
    "saturating", "setpoint", "signal", "signals_to", "smaller", "split", "state", "transit",
]
