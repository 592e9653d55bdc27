"""From a model to text: Python/NumPy for the reference engine, LaTeX for people."""
