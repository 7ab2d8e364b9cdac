"""`python -m tests.slow.quick`: Keepline as it is, but quicker to notice that something is wrong."""

import sys
from datetime import timedelta

from tracker.supervisor import Limits, main

if __name__ == "__main__":
    # The scheduler looks every 30 seconds: its beat is at most 90 seconds old as long as it lives.
    sys.exit(main(Limits(look_every=2, grace=50), late_after=timedelta(seconds=95)))
