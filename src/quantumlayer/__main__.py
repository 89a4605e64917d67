"""`python -m quantumlayer` is `ql`."""

from quantumlayer.cli.main import main

if __name__ == "__main__":
    main()
