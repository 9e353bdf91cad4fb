"""Run the demo."""

import signal
import sys

# Until the demo can stop things itself: Ctrl-C while the rest is imported just ends it.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from .command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
