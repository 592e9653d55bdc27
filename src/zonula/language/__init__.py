"""The words organs are written in, and the model they are joined into.  No biology here."""

from zonula.language.assemble import assemble
from zonula.language.expression import Expr, literal
from zonula.language.laws import (
    cos,
    exp,
    fast_on_slow_off,
    hill,
    hill_above,
    hindrance,
    in_part,
    inhibited_by,
    inhibited_relative,
    larger,
    ln,
    mean_decay,
    quickly_up_slowly_down,
    ratio_power,
    recovered,
    rectified,
    rhythm,
    saturating,
    sin,
    smaller,
    split,
    sqrt,
    tanh,
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
    scales,
    shifts,
    signals_to,
    transit,
)
from zonula.language.quantities import clock, covariate, exposure, healthy, parameter, reads, setpoint, signal, state

__all__ = [
    "Drug", "Expr", "Model", "Organ", "assemble", "becomes", "blocks", "boosts", "clock", "cos", "covariate", "enters", "exp", "exposure",
    "fast_on_slow_off", "gain", "healthy", "hill", "hill_above", "hindrance", "in_part", "inhibited_by", "inhibited_relative", "larger",
    "leaves", "literal", "ln", "loss", "mean_decay", "moves", "neutralises", "parameter", "quickly_up_slowly_down", "ratio_power",
    "readout", "reads", "recovered", "rectified", "rhythm", "saturating", "scales", "setpoint", "shifts", "signal", "signals_to", "sin", "smaller",
    "split", "sqrt", "state", "tanh", "transit",
]
