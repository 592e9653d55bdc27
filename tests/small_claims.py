"""A small claim as a file: endotoxin raises TNF."""

from zonula.claims.read import read_claims
from zonula.organs.standard import standard_model

CLAIM = """schema   = "zonula/claim/1"
id       = "endotoxin_rises"
number   = 1
sentence = "Endotoxin in the blood raises TNF"
context  = "A test of the machine, and of nothing else."

[people.everybody]
is = "healthy_men"

[arms.dose]
events = ["lps 2 ng/kg iv bolus at day 0"]

[arms.none]

[[rows]]
id      = "tnf_after"
arm     = "dose"
measure = "tnf"
at      = "90 min"
unit    = "pg/mL"

[[rows]]
id      = "tnf_without"
arm     = "none"
measure = "tnf"
at      = "90 min"
unit    = "pg/mL"

[[rows]]
id      = "folds"
arm     = "dose"
measure = "tnf"
at      = "90 min"
against = { arm = "none", as = "ratio" }

[[combined]]
id   = "rise"
sum  = { tnf_after = 1, tnf_without = -1 }
unit = "pg/mL"

[[combined]]
id   = "relative"
sum  = { rise = 1 }
over = "tnf_without"

[[statements]]
says   = "rise >= 5"
why    = "Far above the error of the assay."
needed = true

[[controls]]
says = "tnf_without >= 5"
why  = "Without endotoxin there is no such level."

[evidence]
strength = "high"
for      = ["Volunteers."]
against  = []
rows     = ["ENDO-001"]
"""


def write_claim(folder, text=CLAIM, name="claim"):
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def read_claim(folder, text=CLAIM):
    """One claim from a file."""
    return read_claims([write_claim(folder, text)], standard_model())[0]
