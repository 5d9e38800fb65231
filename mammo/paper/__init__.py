"""The paper: its printed table, its protocol beside a clean one, and where a reproduction deviates from it."""
