"""Human experiments: read from files, simulated, and compared with what was seen."""
