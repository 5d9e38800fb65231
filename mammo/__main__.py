"""The command line: ``python -m mammo``."""

from mammo.commands import app

if __name__ == "__main__":
    app()
