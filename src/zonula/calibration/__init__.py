"""Calibration: what human data say of the typical person, and what they cannot say."""
