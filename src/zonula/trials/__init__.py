"""Virtual trials: a protocol, the lives of its persons in every arm, and what they tell."""
