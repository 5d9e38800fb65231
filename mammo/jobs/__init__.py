"""Jobs: the units of work, how they are carried out and resumed."""
