"""Tools that simulate several people at once from an expression of the model: Taylor series (heyoka), JAX (diffrax).

Both are given what is fixed for a person as numbers, and are started anew at each dose.
"""

from __future__ import annotations

import os
from typing import Any, ClassVar

import numpy as np

from peer_tools.compiled import constants_of, scalar_library
from peer_tools.formulas import expressions
from peer_tools.measure import Vector
from peer_tools.tool import ATOL_SHARE, NothingFits, Tool, cpu_seconds


class Heyoka(Tool):
    """heyoka's batch of Taylor integrators, as wide as the machine's vectors; states of size 1, as its tolerance is one for all.

    It expands about the start of each step: laws that begin to act within one (what rises above health, and a healthy person stands
    just there) it meets a step late, however small the tolerance.  Only shorter steps help: see ``HeyokaShort``.
    """

    name: ClassVar[str] = "heyoka"
    module, distribution = "heyoka", "heyoka"
    longest: ClassVar[float] = float("inf")

    def prepare(self) -> None:
        import heyoka as hy

        formulas, library = scalar_library(self.work)
        count = len(formulas.constants)
        self.constants = np.hstack([constants_of(self.work, formulas, library), self.work.sizes])
        states = self.work.state.shape[1]
        names = [hy.make_vars(f"x{i}") for i in range(states)]
        size = [hy.par[count + i] for i in range(states)]
        rates = expressions(formulas, _heyoka_words(hy), lambda i: names[i] * size[i], lambda k: hy.par[k])
        self.system = [(name, rate / unit) for name, rate, unit in zip(names, rates, size, strict=True)]
        self.made: dict[float, Any] = {}
        self.width = int(hy.recommended_simd_size())
        self.note = f"{self.width} people at once"

    def _integrator(self, rtol: float) -> Any:
        import heyoka as hy

        if rtol not in self.made:
            start, constants = np.ones((self.work.state.shape[1], self.width)), np.ones((self.constants.shape[1], self.width))
            self.made[rtol] = hy.taylor_adaptive_batch(self.system, start, pars=constants, tol=rtol, compact_mode=True)
        return self.made[rtol]

    def run(self, rtol: float) -> tuple[float, Vector]:
        work, one = self.work, self._integrator(rtol)
        out, seconds = np.full((work.persons, work.days, work.state.shape[1]), np.nan), 0.0
        for first in range(0, work.persons, self.width):
            people = np.minimum(np.arange(first, first + self.width), work.persons - 1)
            one.state[:] = (work.state / work.sizes)[people].T
            one.pars[:] = self.constants[people].T
            one.set_time(0.0)
            jump = (work.jumps / work.sizes)[people].T
            begin = cpu_seconds()
            for day in range(work.days):
                one.state[:] += jump
                for until in (day + 0.5, day + 1.0):
                    one.propagate_until(until, max_delta_t=self.longest)
                    if until == day + 0.5:
                        out[people, day] = one.state.T
                if not np.all(np.isfinite(one.state)):
                    raise NothingFits(f"day {day}: {one.propagate_res[0][0]}")
            seconds += cpu_seconds() - begin
        return seconds, out * work.sizes[:, np.newaxis, :]


class HeyokaShort(Heyoka):
    """The same with steps of at most three minutes, so that laws which begin to act are met soon after."""

    name: ClassVar[str] = "heyoka-short-steps"
    longest: ClassVar[float] = 0.002


def _heyoka_words(hy: Any) -> dict[str, Any]:
    one = hy.expression(1.0)
    return {
        "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "neg": lambda a: -a, "rcp": lambda a: one / a,
        "exp": hy.exp, "expm1": lambda a: hy.exp(a) - 1.0, "log": hy.log, "sqrt": hy.sqrt, "tanh": hy.tanh, "sin": hy.sin, "cos": hy.cos,
        "abs": lambda a: hy.select(hy.lt(a, 0.0), -a, a), "pow": lambda a, b: hy.exp(b * hy.log(a)), "select": hy.select,
        "lt": hy.lt, "gt": hy.gt, "le": hy.lte, "ge": hy.gte, "eq": hy.eq, "ne": hy.neq,
        "and": lambda a, b: hy.logical_and([a, b]), "or": lambda a, b: hy.logical_or([a, b]), "not": lambda a: hy.select(a, 0.0, 1.0),
    }


class Diffrax(Tool):
    """diffrax with Kvaerno5 under vmap; JAX held to one thread."""

    name, module, distribution = "diffrax", "diffrax", "diffrax"

    def prepare(self) -> None:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        os.environ["JAX_PLATFORMS"] = "cpu"
        import jax

        jax.config.update("jax_enable_x64", True)
        formulas, library = scalar_library(self.work)
        self.constants = constants_of(self.work, formulas, library)
        call = jax.jit(jax.vmap(_life(formulas, self.work.days), in_axes=(0, 0, 0, 0, None)))
        self.compiled = call.lower(*self._given(), 1e-4).compile()
        self.note = f"{self.work.persons} people at once, Kvaerno5"

    def _given(self) -> tuple[Vector, ...]:
        return self.work.state, self.work.jumps, self.constants, self.work.sizes

    def run(self, rtol: float) -> tuple[float, Vector]:
        begin = cpu_seconds()
        out = np.asarray(self.compiled(*self._given(), rtol))
        return cpu_seconds() - begin, out


def _life(formulas: Any, days: int) -> Any:
    """One person's days, as JAX compiles them."""
    import diffrax as dx
    import jax
    import jax.numpy as jnp

    words = {
        "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "neg": lambda a: -a, "rcp": lambda a: 1.0 / a,
        "exp": jnp.exp, "expm1": jnp.expm1, "log": jnp.log, "sqrt": jnp.sqrt, "tanh": jnp.tanh, "sin": jnp.sin, "cos": jnp.cos, "abs": jnp.abs,
        "pow": jnp.power, "select": jnp.where, "lt": lambda a, b: a < b, "gt": lambda a, b: a > b, "le": lambda a, b: a <= b,
        "ge": lambda a, b: a >= b, "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "and": jnp.logical_and, "or": jnp.logical_or,
        "not": jnp.logical_not,
    }

    def slope(_t: Any, x: Any, q: Any) -> Any:
        return jnp.stack([jnp.asarray(rate, dtype=x.dtype) for rate in expressions(formulas, words, lambda i: x[i], lambda k: q[k])])

    def life(start: Any, jump: Any, q: Any, size: Any, rtol: Any) -> Any:
        term, control = dx.ODETerm(slope), dx.PIDController(rtol=rtol, atol=rtol * ATOL_SHARE * size)

        def day(x: Any, _: Any) -> Any:
            found = dx.diffeqsolve(term, dx.Kvaerno5(), 0.0, 1.0, 1e-3, x + jump, args=q, stepsize_controller=control, max_steps=100_000,
                                   saveat=dx.SaveAt(ts=jnp.array([0.5, 1.0])), throw=False, adjoint=dx.ForwardMode())
            return found.ys[1], found.ys[0]

        return jax.lax.scan(day, start, None, length=days)[1]

    return life
