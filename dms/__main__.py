"""`python -m dms COMMAND…`."""

from dms.cli import main

if __name__ == "__main__":
    main()
