"""Work on many persons in shards that can be done anywhere, in any order, twice or after a crash, with the same result."""

from zonula.scale.counts import Scale, added_counts, histogram, mean_of, moments, quantile
from zonula.scale.merge import Merged, study_merge
from zonula.scale.plan import Plan
from zonula.scale.run import Outcome, Progress, run_study, study_work
from zonula.scale.slurm import slurm_script
from zonula.scale.status import Status, study_counts, study_plan, study_status
from zonula.scale.verify import Verified, study_verify
from zonula.scale.work import Counts, Estimating, Interval, Layout, Opener, Part, UnfinishedError, Work

__all__ = ["Counts", "Estimating", "Interval", "Layout", "Merged", "Opener", "Outcome", "Part", "Plan", "Progress", "Scale", "Status",
           "UnfinishedError", "Verified", "Work", "added_counts", "histogram", "mean_of", "moments", "quantile", "run_study", "slurm_script",
           "study_counts", "study_merge", "study_plan", "study_status", "study_verify", "study_work"]
