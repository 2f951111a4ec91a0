"""Leadlight from a source checkout: python main.py [PATH ...]"""

import multiprocessing
import sys

from viewer.cli import main

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a bundled program starts its reader process with this file
    sys.exit(main())
