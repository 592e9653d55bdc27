"""The story's claims as experiments: each with a rule that was written before it was run, a control that must fail, and the human evidence."""
