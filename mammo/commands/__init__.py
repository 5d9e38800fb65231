"""The commands of `python -m mammo`, thin: read options, call the library, print."""
