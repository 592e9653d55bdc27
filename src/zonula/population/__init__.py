"""People: groups, what is drawn of each person, who is plausible, and where their history has brought them."""
