#!/usr/bin/env python3
"""Whether calls came as far apart as a schedule says: spacing.py LOG PATH NOTICES SCALE SLACK MINUTES…

LOG is listener.py's; MINUTES are what the PSP publishes, times SCALE. No call may ever come early. It may come SLACK
seconds late, for the machine is busy; one of the NOTICES to the path, each of which is called by itself, has to keep to
that. Says in one line what is wrong and ends with 1, or with 2 while calls are still to come; calls past those of MINUTES
are not looked at.
"""
import json
import sys

CLOCK = 0.005	# the emulator counts in milliseconds

log, path, expected, scale, slack = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5])
waits = [float(m) * 60 * scale for m in sys.argv[6:]]
notices = {}
for call in map(json.loads, open(log, encoding="utf-8")):
    if call["path"] == path:
        notices.setdefault(call["body"], []).append(call)
worst = []
for calls in notices.values():
    late = []
    for i, (before, after, want) in enumerate(zip(calls, calls[1:], waits)):
        late.append(after["begin"] - before["end"] - want)
        if late[i] < -CLOCK:
            sys.exit("%s: call %d came %.3f s early, %.3f expected" % (path, i + 2, -late[i], want))
    if len(late) == len(waits):
        worst.append(max(late))
if len(worst) < expected:
    print("%s: %s calls, %d expected of each of %d" % (path, ", ".join(str(len(c)) for c in notices.values()) or "no", len(waits) + 1, expected))
    sys.exit(2)
if min(worst) > slack:
    sys.exit("%s: a call came %.3f s late, %.3f allowed" % (path, min(worst), slack))
print("%s: %d waits, the latest %.3f s late" % (path, len(waits), min(worst)))
