"""The ground floor: errors, files, limits, provenance.  It knows nothing of biology."""
