"""Background work: the runner of phases, its clock and its supervisor."""
