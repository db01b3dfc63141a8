"""What every peer written in Python needs: the table of rows and the lines it speaks (README.md)."""

import argparse
import asyncio
import gc
import os
import sys
import time

ROWS = {}
loop_factory = asyncio.new_event_loop


def new_loop():
    return loop_factory()


def row(name):
    """Lists a function setup(argument) -> run(count)."""
    def add(setup):
        ROWS[name] = setup
        return setup
    return add


def coroutine_row(name):
    """Lists an async function body(loop, argument, count), run to its end on a loop."""
    def add(body):
        def setup(argument):
            loop = new_loop()
            return lambda count: loop.run_until_complete(body(loop, argument, count))
        ROWS[name] = setup
        return body
    return add


def answer_lines(run):
    print("ready", flush=True)
    for line in sys.stdin:
        match line.split():
            case ["quit"]:
                return
            case ["run", number] if number.isdecimal() and int(number) > 0:
                count = int(number)
            case _:
                sys.exit(f"neither 'run NUMBER' nor 'quit': {line.strip()}")
        gc.collect()
        start = time.monotonic_ns()
        values = run(count)
        elapsed = time.monotonic_ns() - start
        print("done", *(values or [elapsed]), flush=True)


def main():
    global loop_factory
    parser = argparse.ArgumentParser(description="Measures one row on an event loop of Python's; the row 'list' lists them.")
    parser.add_argument("--loop", choices=["asyncio", "uvloop"], default="asyncio")
    parser.add_argument("row")
    parser.add_argument("argument", nargs="?", type=int, default=1)
    options = parser.parse_args()
    if options.row == "list":
        print(*ROWS, sep="\n")
        return
    if options.row not in ROWS:
        print(f"unknown {options.row}", file=sys.stderr)
        sys.exit(3)
    if options.loop == "uvloop":
        import uvloop
        loop_factory = uvloop.new_event_loop
    answer_lines(ROWS[options.row](options.argument))
    # The loops that were made here end with the process; one of them may be running in its thread.
    sys.stdout.flush()
    os._exit(0)
