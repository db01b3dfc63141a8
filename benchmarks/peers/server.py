#!/usr/bin/env python3
"""The server of the comparison on CPython's asyncio or on uvloop. README.md says which lines it speaks."""

import argparse
import asyncio
import gc
import os
import socket
import sys
import time

BACKLOG = 4096
STREAM_READ = 64 * 1024


def loop_factory(name):
    if name == "uvloop":
        import uvloop
        return uvloop.new_event_loop
    return asyncio.new_event_loop


def total_bytes(total):
    return total.to_bytes(8, "little")


# Protocols


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    # Who does not read its answers is not read from.
    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


class Count(asyncio.Protocol):
    total = 0

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.total += len(data)

    def eof_received(self):
        self.transport.write(total_bytes(self.total))


# Streams


async def echo(reader, writer):
    try:
        while data := await reader.read(STREAM_READ):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def count(reader, writer):
    total = 0
    while data := await reader.read(STREAM_READ):
        total += len(data)
    writer.write(total_bytes(total))
    await writer.drain()
    writer.close()


KINDS = {
    ("protocol", "echo"): lambda loop, listener: loop.create_server(Echo, sock=listener, backlog=BACKLOG),
    ("protocol", "count"): lambda loop, listener: loop.create_server(Count, sock=listener, backlog=BACKLOG),
    ("streams", "echo"): lambda _, listener: asyncio.start_server(echo, sock=listener, backlog=BACKLOG),
    ("streams", "count"): lambda _, listener: asyncio.start_server(count, sock=listener, backlog=BACKLOG),
}


# Control


def live_bytes():
    """Resident memory that is no file's."""
    gc.collect()
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    sys.exit("/proc/self/status does not say RssAnon")


def answer_control(quit):
    line = sys.stdin.readline()
    match line.strip():
        case "stat":
            print("done", time.process_time_ns(), flush=True)
        case "live":
            print("done", live_bytes(), flush=True)
        case _:
            quit()


async def serve(kind, job):
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    await KINDS[kind, job](loop, listener)
    loop.add_reader(sys.stdin.fileno(), answer_control, over.set)
    print("ready", listener.getsockname()[1], flush=True)
    await over.wait()


def main():
    parser = argparse.ArgumentParser(description="Serves echo or count on an event loop of Python's; the kind 'list' lists the kinds.")
    parser.add_argument("--loop", choices=["asyncio", "uvloop"], default="asyncio")
    parser.add_argument("kind")
    parser.add_argument("job", nargs="?", default="echo", choices=["echo", "count"])
    options = parser.parse_args()
    kinds = sorted({kind for kind, _ in KINDS})
    if options.kind == "list":
        print(*kinds, sep="\n")
        return
    if options.kind not in kinds:
        print(f"unknown {options.kind}", file=sys.stderr)
        sys.exit(3)
    loop_factory(options.loop)().run_until_complete(serve(options.kind, options.job))
    # What is still connected ends with the process.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
