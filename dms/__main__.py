"""`python -m dms COMMAND…`."""

import os

from dms.cli import main

OWN_FILES_ONLY = 0o077  # catalog, index and backups hold what was read in plain: no other user of the machine may look

if __name__ == "__main__":
    os.umask(OWN_FILES_ONLY)
    main()
