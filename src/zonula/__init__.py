"""Zonula: an open mechanistic simulator of the gut-immune-joint axis.

Research and education only; not medical advice.
"""
