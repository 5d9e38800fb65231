"""The door for files that nobody has vouched for: they are opened only in limited processes that can be lost."""
