"""From a model and a person to curves: schedule, healthy state, reference engine, outcome, result."""
