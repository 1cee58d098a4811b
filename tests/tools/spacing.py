#!/usr/bin/env python3
"""Whether calls came as far apart as a schedule says: spacing.py LOG PATH SCALE SLACK MINUTES…

LOG is listener.py's; MINUTES are what the PSP publishes, times SCALE. A call may come SLACK seconds late, for the machine
is busy, and never early. Says in one line what is wrong and ends with 1; calls past those of MINUTES are not looked at.
"""
import json
import sys

CLOCK = 0.005	# the emulator counts in milliseconds

log, path, scale, slack = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
waits = [float(m) * 60 * scale for m in sys.argv[5:]]
calls = [c for c in map(json.loads, open(log, encoding="utf-8")) if c["path"] == path]
if len(calls) <= len(waits):
    sys.exit("%s: %d calls, %d expected" % (path, len(calls), len(waits) + 1))
if len({c["body"] for c in calls}) != 1:
    sys.exit("%s: not the same body each time" % path)
for i, want in enumerate(waits):
    got = calls[i + 1]["begin"] - calls[i]["end"]
    if not want - CLOCK <= got <= want + slack:
        sys.exit("%s: between call %d and %d %.3f s, %.3f expected (up to %.3f more)" % (path, i + 1, i + 2, got, want, slack))
print("%s: %d calls, the latest %.3f s late" % (path, len(calls), max(calls[i + 1]["begin"] - calls[i]["end"] - w for i, w in enumerate(waits))))
