/* What every program written in C needs here: checked calls, memory, two clocks. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline void fail(const char *call)
{
    perror(call);
    exit(1);
}

static inline long check(long result, const char *call)
{
    if (result < 0)
        fail(call);
    return result;
}

static inline void *allocate(void *old, size_t size)
{
    void *memory = realloc(old, size);
    if (!memory)
        fail("realloc");
    return memory;
}

static inline int64_t nanoseconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static inline int64_t now(void)
{
    return nanoseconds(CLOCK_MONOTONIC);
}

/* Processor time of the whole process, user and system. */
static inline int64_t processor_time(void)
{
    return nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
}
