#!/usr/bin/env python3
"""The rows of the comparison on CPython's asyncio or on uvloop. README.md says which lines it speaks.

A row is a function that sets up and returns `run(count)`, which does the thing that often. A row of coroutines is an
async function `body(loop, argument, count)`. Each does what the workload of the same name in Bridge.Benchmarks does.
"""

import asyncio
import os
import random
import threading
import time

from lines import coroutine_row, main, new_loop, row

BATCH = 1000


def nothing():
    pass


def run_from(loop, first, *arguments):
    """Runs the loop from its first callback until something stops it."""
    loop.call_soon(first, *arguments)
    loop.run_forever()


# Callbacks


@row("callsoon-batch")
def callsoon_batch(_):
    loop = new_loop()
    call_soon = loop.call_soon

    def refill(left):
        if left == 0:
            loop.stop()
            return
        batch = min(BATCH, left)
        for _ in range(batch):
            call_soon(nothing)
        call_soon(refill, left - batch)

    return lambda count: run_from(loop, refill, count)


@row("callsoon-chain")
def callsoon_chain(_):
    loop = new_loop()
    call_soon = loop.call_soon

    def link(left):
        if left == 1:
            loop.stop()
        else:
            call_soon(link, left - 1)

    return lambda count: run_from(loop, link, count)


@row("posts")
def posts(producers):
    loop = new_loop()
    left = 0

    def posted():
        nonlocal left
        left -= 1
        if left == 0:
            loop.stop()

    def produce(start, share):
        post = loop.call_soon_threadsafe
        start.wait()
        for _ in range(share):
            post(posted)

    def run(count):
        nonlocal left
        start = threading.Barrier(producers)
        shares = [len(range(i, count, producers)) for i in range(producers)]
        left = count
        threads = [threading.Thread(target=produce, args=(start, share), daemon=True) for share in shares]
        for thread in threads:
            thread.start()
        loop.run_forever()
        for thread in threads:
            thread.join()

    return run


@row("round-trip")
def round_trip(_):
    here, there = new_loop(), new_loop()
    threading.Thread(target=there.run_forever, daemon=True).start()

    def answer(left):
        here.call_soon_threadsafe(back, left - 1)

    def back(left):
        if left == 0:
            here.stop()
        else:
            there.call_soon_threadsafe(answer, left)

    return lambda count: run_from(here, back, count)


@row("round-trip-one-cpu")
def round_trip_one_cpu(argument):
    # Before the second thread starts, which inherits it.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return round_trip(argument)


# Coroutines


async def descend(levels):
    return 1_000_000 if levels == 0 else await descend(levels - 1) + 1


@coroutine_row("nested")
async def nested(_, depth, count):
    for _ in range(count):
        await descend(depth)


@coroutine_row("yield")
async def yields(_loop, _, count):
    for _ in range(count):
        await asyncio.sleep(0)


async def descend_and_yield(levels):
    if levels == 0:
        await asyncio.sleep(0)
        return 1_000_000
    return await descend_and_yield(levels - 1) + 1


@coroutine_row("yield-deep")
async def yields_deep(_loop, _, count):
    for _ in range(count):
        await descend_and_yield(10)


@coroutine_row("ping-pong")
async def ping_pong(loop, _, count):
    rounds = (count + 1) // 2
    ping, pong = loop.create_future(), loop.create_future()

    async def answer():
        nonlocal ping
        for i in range(rounds):
            await ping
            ping = loop.create_future()
            pong.set_result(i)

    other = loop.create_task(answer())
    for i in range(rounds):
        ping.set_result(i)
        await pong
        pong = loop.create_future()
    await other


async def trivial(number):
    return number + 1_000_000


@coroutine_row("create-and-run")
async def create_and_run(loop, _, count):
    for left in range(count, 0, -100):
        tasks = [loop.create_task(trivial(i)) for i in range(min(left, 100))]
        for task in tasks:
            await task


@coroutine_row("create-and-await")
async def create_and_await(loop, _, count):
    for i in range(count):
        await loop.create_task(trivial(i))


# Timers


@row("timer-cancel")
def timer_cancel(live):
    loop = new_loop()
    numbers = random.Random(42)
    delays = [numbers.uniform(1, 100) for _ in range(BATCH)]
    for _ in range(live - 1):
        loop.call_later(numbers.uniform(1_000, 100_000), nothing)

    def schedule_and_cancel(left):
        # A turn per batch: cancelled timers are swept between turns, and so they are in a program that lives.
        for delay in delays[:left]:
            loop.call_later(delay, nothing).cancel()
        if left > BATCH:
            loop.call_soon(schedule_and_cancel, left - BATCH)
        else:
            loop.call_soon(loop.stop)

    return lambda count: run_from(loop, schedule_and_cancel, count)


@row("timer-fire")
def timer_fire(_):
    loop = new_loop()
    left = 0

    def fired():
        nonlocal left
        left -= 1
        if left == 0:
            loop.stop()

    def schedule_all(count):
        nonlocal left
        left = count
        for i in range(count):
            loop.call_later(0.001 + i * 7919 % 10_000 * 1e-7, fired)

    return lambda count: run_from(loop, schedule_all, count)


@row("lateness")
def lateness(_):
    loop = new_loop()
    delay = 1_300_000

    async def sleep_often(count):
        late = []
        for _ in range(count):
            start = time.monotonic_ns()
            await asyncio.sleep(delay / 1e9)
            late.append(time.monotonic_ns() - start - delay)
        return late

    return lambda count: loop.run_until_complete(sleep_often(count))


# Other threads


def compute():
    return 1_000_000


@coroutine_row("await-thread")
@coroutine_row("executor")
async def executor(loop, _, count):
    # The default executor: with a single worker asyncio is no faster, and uvloop slower.
    for _ in range(count):
        await loop.run_in_executor(None, compute)


@coroutine_row("executor-500")
async def executor_500(loop, _, count):
    for left in range(count, 0, -500):
        calls = [loop.run_in_executor(None, compute) for _ in range(min(left, 500))]
        for call in calls:
            await call


if __name__ == "__main__":
    main()
