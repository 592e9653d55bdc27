"""The explorer: a page in which the model itself runs, what it needs to know, and what serves it or puts it into one file."""
