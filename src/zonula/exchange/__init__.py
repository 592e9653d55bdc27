"""What other programs can read: the model of one scenario as SBML and as a COMBINE archive."""
