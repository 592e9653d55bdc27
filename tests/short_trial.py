"""A trial of two days in healthy people on the shipped model, small enough to be run in a test: endotoxin against nothing."""

TEXT = """schema  = "zonula/trial/1"
id      = "short"
title   = "Endotoxin against nothing <b>"
about   = "Two days."
primary = "rise"

[people]
group = "healthy"

[randomisation]
site  = 4
block = 4

[arms.nothing]
comparator = true

[arms.dose]
title  = "Endotoxin"
events = ["lps 1 ng/kg iv bolus at day 0"]

[visits]
days = [0, 1, 2]

[measures]
of = ["crp", "il6"]

[[harms]]
id   = "fever"
when = "temperature_rise >= 0.7"

[[endpoints]]
id      = "crp_1"
kind    = "change"
measure = "crp"
day     = 1
mcid    = 5

[[endpoints]]
id        = "inflamed"
kind      = "response"
criterion = "crp >= 5"
day       = 1

[[estimands]]
id       = "rise"
title    = "Endotoxin: CRP after a day"
endpoint = "crp_1"
contrast = ["dose", "nothing"]

[[estimands]]
id       = "share"
title    = "Endotoxin: CRP of 5 or more after a day"
endpoint = "inflamed"
contrast = ["dose", "nothing"]

[size]
grid = [8, 16]
"""
N = 16
FEW = ("--n", str(N), "--members", "4", "--seed", "3", "--shard-size", "4", "--jobs", "1")


def protocol(folder, text=TEXT, name="short"):
    """Write the protocol into *folder*, and return its path."""
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path
