"""A folder with two small studies, and what the command makes of them."""

STUDY = """schema = "zonula/experiment/1"
id     = "{id}"
title  = "{title}"
domain = "{domain}"
source = [{source}]

[people.everybody]
is = "healthy"
n  = 12
"""

LEVEL = """
[[rows]]
id       = "{id}"
measure  = "{measure}"
unit     = "{unit}"
observed = {observed}
spread   = "{spread}"
"""
PLAIN = LEVEL.format(id="ONE-1", measure="crp", unit="mg/L", observed=1.4, spread="0.5 SEM")


def study(folder, name="one", *, title="One", domain="markers", source='{ text = "Someone 2020 Gut 1:1", doi = "10.1000/xyz", seen = "abstract" }',
          rows=PLAIN):
    """Write a study into *folder*; healthy people at rest, unless *rows* bring more."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(STUDY.format(id=name, title=title, domain=domain, source=source) + rows, "utf-8")
    return folder


def two_studies(folder):
    """A level that is as it should be, one that no healthy person has and that is compared with it, a share, a bound, and a direction."""
    study(folder)
    study(folder, "two", domain="pain", title="Two <script>alert(1)</script>",
          source='{ text = "Other <b>2021</b>", doi = "PMID:123", seen = "text", doi_seen = false }',
          rows=LEVEL.format(id="TWO-1", measure="crp", unit="mg/L", observed=900, spread="1 SEM")
          + LEVEL.format(id="TWO-2", measure="il6", unit="pg/mL", observed=1.8, spread="0.9 SEM") + 'against = { row = "TWO-1", as = "ratio" }\n'
          + LEVEL.format(id="TWO-3", measure="crp", unit="%", observed=90, spread="9/10") + 'statistic = "proportion"\ncounts = "< 1000"\n'
          + LEVEL.format(id="TWO-4", measure="crp", unit="mg/L", observed=1000, spread="") + 'judged = "at most"\n'
          + LEVEL.format(id="TWO-5", measure="crp", unit="1", observed=1, spread="") + 'judged = "direction"\nown = "change"\nat = "1 d"\nnothing = 1\n')
    return folder
