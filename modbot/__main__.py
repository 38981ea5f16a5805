"""`python -m modbot`."""

from modbot.cli import main

if __name__ == "__main__":
    main()
