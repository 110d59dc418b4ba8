"""Lets the benchmark speak with a tracker: a path per line comes in, what was heard goes out as a line of JSON.

Runs in the interpreter of each peer, so it needs nothing but the standard library of Python 3.8.
"""

import json
import os
import resource
import sys


def serve(version, track):
    """`track` takes a path and returns a dictionary with `beats`, and `downbeats` and `meter` where it knows them."""
    answers = os.fdopen(os.dup(1), "w")
    # What libraries print on their own goes where it disturbs nobody.
    os.dup2(2, 1)

    def say(told):
        answers.write(json.dumps(told) + "\n")
        answers.flush()

    say({"version": version, "cpu_s": _cpu_s()})
    for line in sys.stdin:
        before = _cpu_s()
        try:
            told = track(line.rstrip("\n"))
        except Exception as error:  # whatever a library throws is its answer to this file
            told = {"fault": f"{type(error).__name__}: {error}"}
        say({**told, "cpu_s": _cpu_s() - before})


def _cpu_s():
    """Of this process since its start, and of the children that have ended."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime
