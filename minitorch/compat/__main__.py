"""`python -m minitorch.compat`; and again in each process that `multiprocessing` spawns."""

import sys

from minitorch.compat.program import main, run_again

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
if __name__ == "__mp_main__":
    run_again(globals())
