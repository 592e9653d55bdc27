"""Parts of ``benchmarks/peers.py``: what is simulated, how it is measured, and how each other tool is driven."""
