"""Write a model as C, from its organs' processes: what a hand-written stepper includes as ``model.inc``.

Rates and their exact slopes are straight lines of code with the organs' own names; what is fixed for a person as long as
nothing changes from outside is computed once (``model_constants``); the Jacobian goes row by row into its factors and is never stored.
The text is the same bytes in every process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from zonula.codegen.c_text import Writer
from zonula.codegen.graph import FIXED, Builder, Graph
from zonula.codegen.names import identifier, reaction_identifier
from zonula.codegen.ordering import Elimination, elimination, pivots
from zonula.codegen.slopes import Slopes
from zonula.codegen.system import closing_system, healthy_values
from zonula.ground.provenance import digest
from zonula.language.expression import Name
from zonula.language.model import Model
from zonula.language.organ import Drug
from zonula.language.quantities import Switch

_SMALLEST = 1e-12  # of an unknown, in the gross flow through an equation (as in simulation.health)


@lru_cache(maxsize=8)
def model_source(model: Model) -> str:
    """The C text of a model (see the folder ``kernel`` for what includes it)."""
    motion, closure = _motion(model), _closure(model)
    parts = [line for number, part in ((1, motion), (2, closure)) for line in _separable(number, part.text)]
    return "\n".join([*_head(model, motion, closure), "", *_PARTS, "", *parts])


def model_hash(model: Model) -> str:
    """What tells a model's C text from any other's: SHA-256 of the text."""
    return digest(model_source(model))


# half of the work of a compiler each: as two texts they are compiled side by side
_PARTS = ("#ifndef MODEL_PART", "#define MODEL_PART 0  /* all in one; 1: the motion, 2: the closure, the other being declared */", "#endif",
          "#if MODEL_PART", '#define MODEL_FUNCTION __attribute__((visibility("hidden")))', "#else", "#define MODEL_FUNCTION static", "#endif")


def _separable(number: int, text: list[str]) -> list[str]:
    """The functions of one part, and their declarations for where the other part is compiled."""
    lines = [line.replace("static ", "MODEL_FUNCTION ", 1) if line.startswith("static ") else line for line in text]
    declared = [f"{line};" for line in lines if line.startswith("MODEL_FUNCTION ")]
    return [f"#if MODEL_PART && MODEL_PART != {number}", *declared, "#else", *lines, "#endif", ""]


@dataclass
class _Part:
    """A graph with the constants that its functions read, in the order in which they were first wanted."""

    graph: Graph
    letter: str
    names: dict[int, str] = field(default_factory=dict)
    constants: dict[int, int] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    factors: int = 0
    pivots: list[int] = field(default_factory=list)

    def place(self, node: int) -> int:
        """Where a constant stands."""
        return self.constants.setdefault(node, len(self.constants))

    def read(self, node: int) -> str | None:
        """How a node is read by functions for many people: from a vector, or not at all."""
        if self.graph.level[node] == FIXED and not _condition(self.graph, node):
            return f"{self.letter}[{self.place(node)}]"
        key = self.graph.nodes[node]
        return (f"{key[1]}[{key[2]}]" if key[1] != "t" else "t") if key[0] == "input" and str(key[1]) in "xtz" else None

    def read_one(self, node: int) -> str | None:
        """The same for functions of one person at several moments: its constants are plain numbers."""
        known = self.read(node)
        return f"zn_splat({known})" if known is not None and self.graph.level[node] == FIXED else known

    def read_inputs(self, node: int) -> str | None:
        """How a node is read by functions that compute from the inputs themselves."""
        key = self.graph.nodes[node]
        return {"i": "in"}.get(str(key[1]), str(key[1])) + f"[{key[2]}]" if key[0] == "input" else None

    def writer(self, nodes: Iterable[int], *, read: Callable[[int], str | None] | None = None, wide: bool = True) -> Writer:
        """A writer that knows what will be asked for."""
        out = Writer(self.graph, read or self.read, self.names, wide=wide)
        out.plan(nodes)
        return out


def _condition(graph: Graph, node: int) -> bool:
    return graph.nodes[node][0] in ("lt", "gt", "le", "ge", "eq", "ne", "and", "or", "not")


def _head(model: Model, motion: _Part, closure: _Part) -> list[str]:
    sizes = {"NX": len(model.states), "NP": len(model.parameters), "NS": len(model.setpoints), "NH": len(model.healthy),
             "NI": len(model.exposures) + len(model.gates) + len(model.roads), "NQ": len(motion.constants), "NLU": motion.factors,
             "NR": len(model.readouts), "HAS_TIME": int(model.has_time), "NZ": len(closing_system(model).unknowns), "NC": len(closure.constants),
             "NZLU": closure.factors}
    low, high = zip(*(state.within for state in model.states), strict=True)
    resting = [i for i, state in enumerate(model.states) if not state.accumulates]
    more = len(model.setpoints)
    treatments = {organ.path for organ in model.organs if issubclass(organ, Drug)}
    return [
        "/* Generated from the organs; edit those instead. */",
        *(f"#define {name} {size}" for name, size in sizes.items()),
        f'#define MODEL_HASH "{model.fingerprint}"',
        _table("double", "model_low", "NX", map(_number, low)), _table("double", "model_high", "NX", map(_number, high)),
        _table("double", "model_start", "NX", (_number(state.start) for state in model.states)),
        _table("double", "model_neutral", "NI", [*(_number(e.neutral) for e in model.exposures), *(["1.0"] * (len(model.gates) + len(model.roads)))]),
        "/* 1: a state of a treatment, as large as its doses */",
        _table("uint8_t", "model_of_treatment", "NX", (str(int(state.path.partition(".")[0] in treatments)) for state in model.states)),
        "/* where the inverses of the pivots stand among the factors */",
        _table("int", "model_pivot", "NX", map(str, motion.pivots)),
        "/* the unknowns of health: these states, then the set-points */",
        _table("int", "model_resting", "NZ", [*map(str, resting), *(["-1"] * more)]),
        "/* for each of the last equations, which unknown is held by it */",
        _table("int", "model_held", "NS + 1", [*(str(resting.index(place)) for place, _ in model.held), "-1"]),
    ]


def _table(kind: str, name: str, size: str, values: Iterable[str]) -> str:
    return f"static const {kind} {name}[{size}] = {{{', '.join(values)}}};"


def _number(value: float) -> str:
    return f"{'-' if value < 0 else ''}__builtin_inf()" if value in (float("inf"), float("-inf")) else repr(value)


def _motion(model: Model) -> _Part:
    part = _Part(Graph(), "q")
    inputs = (*model.exposures, *model.gates, *model.roads)
    places: dict[Name, int] = {}
    for letter, vector in (("x", model.states), ("p", model.parameters), ("s", model.setpoints), ("h", model.healthy), ("i", inputs)):
        places |= {name: part.graph.input(letter, i) for i, name in enumerate(vector)}
    states = [places[state] for state in model.states]
    unknowns = {node: i for i, node in enumerate(states)}
    if model.has_time:  # the last unknown is the time
        places |= {clock: part.graph.input("t", 0) for clock, _ in model.clocks}
        unknowns[part.graph.input("t", 0)] = len(states)
    builder = Builder(part.graph, places.__getitem__)
    rates, slopes = _moved(part, builder, unknowns, model)
    slopes, in_time = _without_time(slopes, len(states))
    plan = elimination(len(rates), slopes)
    part.factors = plan.entries
    part.pivots = [_slots(plan)[k, k] for k in plan.order]
    text = [*_rhs(part, rates, model), "", *_factor(part, rates, slopes, plan, in_time if model.has_time else None), "",
            *_still(part, places, plan, model), *_solve(plan, "model_solve", "hinv"), "",
            *_readouts(part, [builder.node(tree) for _, tree in model.readouts], model)]
    part.text = [*_constants(part, "model_constants", "const double *p, const double *s, const double *h, const double *in"), "", *text]
    return part


def _moved(part: _Part, builder: Builder, unknowns: dict[int, int], model: Model) -> tuple[list[int], dict[tuple[int, int], int]]:
    """What moves each state, and its slopes by the *unknowns*."""
    _name(part, ((identifier(signal), builder.define(signal, tree)) for signal, tree in model.signals))
    terms: list[list[tuple[bool, int]]] = [[] for _ in model.states]
    for reaction in model.reactions:
        rate = builder.node(reaction.rate)
        _name(part, [(reaction_identifier(reaction.path), rate)])
        for term in reaction.terms:
            terms[term.state].append((term.sign < 0, part.graph.product([rate, builder.node(term.factor)])))
    rates = [builder.total(each) for each in terms]
    signals = [builder.named[signal] for signal, _ in model.signals]
    return rates, Slopes(part.graph, unknowns, _read_often(part.graph, signals, rates)).jacobian(rates)


def _without_time(slopes: dict[tuple[int, int], int], column: int) -> tuple[dict[tuple[int, int], int], dict[int, int]]:
    """The slopes by the states, and by the time, which is the *column* after them."""
    return {place: node for place, node in slopes.items() if place[1] != column}, {i: node for (i, j), node in slopes.items() if j == column}


def _still(part: _Part, places: dict[Name, int], plan: Elimination, model: Model) -> list[str]:
    """The factors of the motion with its clocks at rest, by which health is stable or not; nothing for a model without clocks."""
    if not model.has_time:
        return []
    builder = Builder(part.graph, places.__getitem__)
    builder.named |= {clock: builder.node(neutral) for clock, neutral in model.clocks}
    other = _Part(part.graph, part.letter, constants=part.constants)  # with names of its own: those of the motion are of other values
    rates, slopes = _moved(other, builder, {places[state]: i for i, state in enumerate(model.states)}, model)
    return [*_factor(other, rates, slopes, plan, None, name="model_factor_still"), ""]


def _read_often(graph: Graph, signals: Iterable[int], values: Iterable[int]) -> set[int]:
    """The signals that several values depend on: their slopes are worth having once."""
    rows: Counter[int] = Counter()
    for value in values:
        seen, waiting = set[int](), [value]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += graph.below(node)
        rows.update(seen)
    return {signal for signal in signals if rows[signal] > 1}


def _name(part: _Part, named: Iterable[tuple[str, int]]) -> None:
    for name, node in named:
        if part.graph.nodes[node][0] not in ("number", "input"):
            part.names.setdefault(node, name)


def _constants(part: _Part, name: str, given: str) -> list[str]:
    """What is fixed, computed from the inputs: scalar, one person."""
    writer = part.writer(part.constants, read=part.read_inputs, wide=False)
    for node, place in part.constants.items():
        text = writer.text(node)
        writer.lines.append(f"    {part.letter}[{place}] = {text};")
    return [f"static void {name}({given}, double *restrict {part.letter})", "{", *writer.lines, "}"]


def _rhs(part: _Part, rates: list[int], model: Model) -> list[str]:
    writer = part.writer(rates)
    for i, node in enumerate(rates):
        text = writer.whole(node)
        writer.lines.append(f"    f[{i}] = {text};  /* {model.states[i].path} */")
    return ["static void model_rhs(const V *restrict x, const V *restrict q, V t, V *restrict f)", "{", "    (void)t;", *writer.lines, "}"]


def _readouts(part: _Part, shown: list[int], model: Model) -> list[str]:
    writer = part.writer(shown, read=part.read_one)
    for i, node in enumerate(shown):
        text = writer.whole(node)
        writer.lines.append(f"    out[{i}] = {text};  /* {model.readouts[i][0].name} */")
    return ["static void model_readouts(const V *restrict x, const double *restrict q, V t, V *restrict out)", "{", "    (void)t;",
            *writer.lines, "}"]


def _factor(part: _Part, rates: list[int], slopes: dict[tuple[int, int], int], plan: Elimination, in_time: dict[int, int] | None, *,
            name: str = "model_factor") -> list[str]:
    """Rates, factors, and the slopes by the time where it is given what they are."""
    by_time = [] if in_time is None else [in_time.get(i, part.graph.number(0.0)) for i in range(len(rates))]
    writer = part.writer([*rates, *slopes.values(), *by_time])
    for i, node in enumerate(rates):
        text = writer.whole(node)
        writer.lines.append(f"    f[{i}] = {text};")
    for i, node in enumerate(by_time):
        text = writer.whole(node)
        writer.lines.append(f"    ft[{i}] = {text};")
    writer.lines.append("    V weak = gh;")
    _rows(writer, slopes, plan, {(i, i): "gh" for i in range(len(rates))})
    return [f"static V {name}(const V *restrict x, const V *restrict q, V t, V gh, V *restrict w, V *restrict f, V *restrict ft)", "{",
            "    (void)t; (void)ft;", *writer.lines, "    return weak * zn_rcp(gh);", "}"]


def _rows(writer: Writer, slopes: dict[tuple[int, int], int], plan: Elimination, shift: dict[tuple[int, int], str]) -> None:
    """Write each row of (shift - slopes) and eliminate it at once; what the rows above left is read back from ``w``."""
    slots = _slots(plan)
    for k in plan.order:
        i = plan.row[k]
        columns = (*plan.before[k], k, *plan.after[k])
        entries = {j: writer.whole(slopes[i, j]) if (i, j) in slopes else None for j in columns}
        writer.lines.append("    {")
        for j in columns:
            moved, text = shift.get((i, j)), entries[j]
            value = f"{moved} - ({text})" if moved and text else f"-({text})" if text else moved or "zn_splat(0.0)"
            writer.lines.append(f"        V w{j} = {value};")
        for above in plan.before[k]:
            writer.lines.append(f"        w{above} = w{above} * w[{slots[above, above]}];")
            writer.lines += [f"        w{j} = w{j} - w{above} * w[{slots[above, j]}];" for j in plan.after[above]]
            writer.lines.append(f"        w[{slots[k, above]}] = w{above};")
        writer.lines.append(f"        weak = zn_min(weak, zn_abs(w{k}));")
        writer.lines.append(f"        w[{slots[k, k]}] = zn_rcp(w{k});")
        writer.lines += [f"        w[{slots[k, j]}] = w{j};" for j in plan.after[k]]
        writer.lines.append("    }")


def _slots(plan: Elimination) -> dict[tuple[int, int], int]:
    places = [(k, j) for k in plan.order for j in (*plan.before[k], k, *plan.after[k])]
    return {place: n for n, place in enumerate(places)}


def _solve(plan: Elimination, name: str, step: str) -> list[str]:
    """Forward and back substitution; with *step*, the right-hand side is f + step * acc."""
    slots, lines = _slots(plan), []
    for k in plan.order:
        i = plan.row[k]
        lines.append(f"    V b{k} = f[{i}]{f' + {step} * acc[{i}]' if step else ''};")
        lines += [f"    b{k} = b{k} - w[{slots[k, j]}] * b{j};" for j in plan.before[k]]
    for k in reversed(plan.order):
        lines += [f"    b{k} = b{k} - w[{slots[k, j]}] * b{j};" for j in plan.after[k]]
        lines += [f"    b{k} = b{k} * w[{slots[k, k]}];", f"    k[{k}] = b{k};"]
    given = "const V *restrict w, const V *restrict f, " + (f"const V *restrict acc, V {step}, " if step else "") + "V *restrict k"
    return [f"static void {name}({given})", "{", *lines, "}"]


def _closure(model: Model) -> _Part:
    """The equations of health, their exact factors, and the values of ``healthy(x)`` at a healthy state."""
    part, system = _Part(Graph(cancelling=True), "c"), closing_system(model)
    graph = part.graph
    places: dict[Name, int] = {name: graph.input("z", j) for j, name in enumerate(system.unknowns)}
    places |= {name: graph.input("p", i) for i, name in enumerate(model.parameters)}
    places |= {state: graph.number(state.start) for state in model.states if state.accumulates}
    unknowns = {places[name]: j for j, name in enumerate(system.unknowns)}
    builder = Builder(graph, places.__getitem__)
    _name(part, [(identifier(name), builder.define(name, tree)) for name, tree in system.lines])
    residuals = [builder.node(tree) for tree in system.values]
    signals = [builder.named[signal] for signal, _ in model.signals]
    slopes = Slopes(graph, unknowns, _read_often(graph, signals, residuals)).jacobian(residuals)
    plan = elimination(len(residuals), slopes, pivots(len(residuals), slopes))
    part.factors = plan.entries
    text = [*_balance(part, residuals, slopes, plan, model), "", *_solve(plan, "model_close", ""), "", *_healthy(model)]
    part.text = [*_constants(part, "model_closure_constants", "const double *p"), "", *text]
    return part


def _balance(part: _Part, residuals: list[int], slopes: dict[tuple[int, int], int], plan: Elimination, model: Model) -> list[str]:
    writer = part.writer([*residuals, *[node for node in slopes.values() for _ in (0, 1)]])
    for i, node in enumerate(residuals):
        text = writer.whole(node)
        writer.lines.append(f"    r[{i}] = {text};")
    for i in range(len(residuals)):
        flows = [f"zn_abs({writer.whole(node)}) * zn_max(zn_abs(z[{j}]), zn_splat({_SMALLEST!r}))" for (row, j), node in slopes.items() if row == i]
        writer.lines.append(f"    gross[{i}] = {' + '.join(flows) or 'zn_splat(0.0)'};")
    writer.lines.append("    V weak = zn_splat(__builtin_inf());")
    held = {place for place, _ in model.held}
    resting = [i for i, state in enumerate(model.states) if not state.accumulates]
    _rows(writer, slopes, plan, {(n, n): "gh" for n, i in enumerate(resting) if i not in held})
    given = "const V *restrict z, const V *restrict c, V gh, V *restrict w, V *restrict r, V *restrict gross"
    return [f"static V model_balance({given})", "{", *writer.lines, "    return weak;", "}"]


def _healthy(model: Model) -> list[str]:
    part = _Part(Graph(), "")
    lines, values = healthy_values(model)
    places: dict[Name, int] = {}
    for letter, vector in (("x", model.states), ("p", model.parameters), ("s", model.setpoints)):
        places |= {name: part.graph.input(letter, i) for i, name in enumerate(vector)}
    builder = Builder(part.graph, lambda name: part.graph.number(1.0) if isinstance(name, Switch) else places[name])
    _name(part, [(identifier(name), builder.define(name, tree)) for name, tree in lines])
    nodes = [builder.node(tree) for tree in values]
    writer = part.writer(nodes, read=part.read_inputs, wide=False)
    for i, node in enumerate(nodes):
        text = writer.text(node)
        writer.lines.append(f"    h[{i}] = {text};")
    return ["static void model_healthy(const double *x, const double *p, const double *s, double *restrict h)", "{", "    (void)x; (void)p; (void)s;",
            *writer.lines, "}"]
