"""Where examinations run: worker processes with limits, one pass over the files, and what became of every file."""
