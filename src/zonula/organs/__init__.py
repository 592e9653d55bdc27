"""The biology: one organ, one file.  Values and evidence are in ``zonula/evidence``."""
