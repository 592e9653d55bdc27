"""Every number that bounds input from outside or work inside, with its reason."""

from __future__ import annotations

MAX_FILE_BYTES = 10_000_000  # a scenario or a table of one study is far smaller; a larger file is a mistake
MAX_HORIZON_DAYS = 36_525.0  # a hundred years: nobody's life is simulated for longer
MAX_DOSES = 20_000  # four doses a day for more than thirteen years
MAX_OUTPUT_TIMES = 200_000  # a result that still fits into memory and a browser
MAX_STEPS = 2_000_000  # more steps than a century of daily doses takes
MAX_STEPS_BETWEEN_CHANGES = 100_000  # a bolus takes some hundred; a person who needs more is not a person
MAX_TREE_DEPTH = 200  # formulas of organs are below 30 deep
MIN_RTOL, MAX_RTOL = 1e-12, 1e-2  # below: double precision is used up; above: results are not worth having
MIN_OUTPUT_STEP_DAYS = 1.0 / 86_400.0  # one second: faster than any assay
MAX_COMPILE_SECONDS = 600.0  # the standard model takes a minute; a compiler that builds its own runtime first, some more
MAX_SECONDS_TO_STOP = 1.5  # that threads are waited for after an interrupt; they look for it after every step
MAX_RESULT_BYTES = 4_000_000_000  # of curves of a crowd in memory at once; beyond, they are taken chunk by chunk
MAX_JOBS = 1024  # threads: more than any machine has processors
