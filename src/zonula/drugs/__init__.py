"""What may be given to a person, and where it arrives.  Organs know no drugs; drugs know organs."""
