"""Small organs that say, one by one, what the standard organs do not."""

from zonula.language import (
    Organ,
    becomes,
    enters,
    exposure,
    gain,
    healthy,
    hill,
    leaves,
    loss,
    moves,
    parameter,
    ratio_power,
    readout,
    reads,
    rectified,
    setpoint,
    signal,
    signals_to,
    split,
    state,
)


class Source(Organ):
    """Something that is made at rest, under stress more, and heard elsewhere."""

    stress = exposure("1", "stress", neutral=0.0, within=(0.0, 3.0))
    k = parameter("1/day", "turnover")
    rest = parameter("mg/L", "level at rest")
    gain_stress = parameter("1", "rise under stress")
    x = state("mg/L", "level", start=1.0)
    drive = signal("1", "level relative to rest", x / rest)
    made = gain(x, k * rest * (1 + gain_stress * stress))
    cleared = loss(x, k * x)
    shown = readout("mg/L", x, "level", called="source")


class Listener(Organ):
    """An organ that hears the source over a road and responds above health only."""

    heard_level = reads("source.x", "mg/L", at="joint", road="systemic")
    heard_drive = reads("source.drive", "1", road="systemic")
    open_level = reads("source.x", "mg/L", at="plasma")
    k = parameter("1/day", "turnover")
    width = parameter("mg/L", "smoothing")
    y = state("mg/L", "response", start=0.0)
    z = state("1", "response to the signal", start=1.0)
    response = gain(y, k * rectified(heard_level - healthy(heard_level), width))
    fading = loss(y, k * y)
    rise = gain(z, k * heard_drive / healthy(heard_drive))
    fall = loss(z, k * z)
    echo = readout("mg/L", heard_level, "level at the joint")
    plain = readout("mg/L", open_level, "level in plasma")


class Plain(Organ):
    """The listener's first response, without roads."""

    heard_level = reads("source.x", "mg/L", at="joint")
    k = parameter("1/day", "turnover")
    width = parameter("mg/L", "smoothing")
    y = state("mg/L", "response", start=0.0)
    response = gain(y, k * rectified(heard_level - healthy(heard_level), width))
    fading = loss(y, k * y)


class Law(Organ):
    """A law in ratio form with a parameter for its exponent."""

    h = parameter("mg/L", "half")
    e = parameter("1", "exponent")
    k = parameter("1/day", "k")
    x = state("mg/L", "level", start=1.0, within=(-10.0, 10.0))
    act = loss(x, k * h * ratio_power(x, h, e))


class Pair(Organ):
    """Two levels that feed on each other; what keeps each up in health is solved."""

    k = parameter("1/day", "turnover")
    a_at_rest = parameter("mg/L", "a in health")
    b_at_rest = parameter("mg/L", "b in health")
    half = parameter("mg/L", "half-saturation")
    a = state("mg/L", "a", start=1.0)
    b = state("mg/L", "b", start=1.0)
    make_a = setpoint("mg/(L*day)", "supply of a", holds=a, at=a_at_rest)
    make_b = setpoint("mg/(L*day)", "supply of b", holds=b, at=b_at_rest)
    a_supply = gain(a, make_a * hill(b, half))
    a_loss = loss(a, k * a)
    b_supply = gain(b, make_b * (1 - hill(a, half)))
    b_loss = loss(b, k * b)


class Vein(Organ):
    """A space with endotoxin that is carried into tissue."""

    volume = parameter("mL", "plasma")
    clearance = parameter("mL/day", "flow into tissue")
    k = parameter("1/day", "binding")
    x = state("ng{LAL}/mL", "endotoxin", start=1.0, volume=volume)
    other = state("ng{LAL}/mL", "endotoxin on a carrier", start=0.0, volume=volume)
    binding = becomes(x, other, k * x)


class Tissue(Organ):
    """A space of another size, in another unit, fed from the vein."""

    theirs = reads("vein.x", "ng{LAL}/mL")
    clearance = reads("vein.clearance", "mL/day")
    volume = parameter("mL", "interstitial fluid")
    potency = parameter("ng{LPS}/ng{LAL}", "bioactive share")
    k = parameter("1/day", "a rate")
    x = state("ng{LAL}/mL", "endotoxin", start=0.0, volume=volume)
    active = state("ng{LPS}/mL", "bioactive endotoxin", start=0.0, volume=volume)
    amount = state("ng{LPS}", "bioactive endotoxin bound", start=0.0)
    arrival = moves(theirs, x, clearance * theirs)
    activation = moves(x, active, k * x * volume, yields=potency)
    bound = moves(active, amount, k * active * volume)
    gone = leaves(active, k * active * volume)
    supply = enters(amount, k * active * volume)


class Fork(Organ):
    """One flux that feeds two places, and a signal that uses nothing up."""

    k = parameter("1/day", "a rate")
    share = parameter("1", "share to the first")
    a = state("mg", "where it comes from", start=1.0)
    b = state("mg", "the first place", start=0.0)
    c = state("mg", "the second place", start=0.0)
    first, second = split(k * a, share)
    to_b = moves(a, b, first)
    to_c = moves(a, c, second)
    told = signals_to(b, k * c)
    drained = loss(b, k * b)
