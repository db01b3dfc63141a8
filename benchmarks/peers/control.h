/* The lines of a server (README.md), read from its own event loop. Included once, by the program. */
#pragma once
#include "base.h"

#include <errno.h>
#include <malloc.h>
#include <unistd.h>

/* Resident memory that is no file's, in bytes; freed pages are given back first. */
static inline long long live_bytes(void)
{
    char line[256];
    long long kilobytes = -1;
    malloc_trim(0);
    FILE *status = fopen("/proc/self/status", "r");
    if (!status)
        fail("/proc/self/status");
    while (kilobytes < 0 && fgets(line, sizeof line, status))
        if (sscanf(line, "RssAnon: %lld", &kilobytes) != 1)
            kilobytes = -1;
    fclose(status);
    return kilobytes * 1024;
}

/* Answers one line; false once it says quit, or nonsense. */
static inline bool answer_line(const char *line)
{
    if (strcmp(line, "stat") == 0)
        printf("done %lld\n", (long long)processor_time());
    else if (strcmp(line, "live") == 0)
        printf("done %lld\n", live_bytes());
    else {
        if (strcmp(line, "quit") != 0)
            fprintf(stderr, "neither 'stat' nor 'live' nor 'quit': %s\n", line);
        return false;
    }
    fflush(stdout);
    return true;
}

/* To be called when there is something to read; false once the server has to end. */
static inline bool answer_control(void)
{
    static char text[256];
    static size_t length;
    ssize_t got = read(STDIN_FILENO, text + length, sizeof text - 1 - length);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    length += (size_t)got;
    text[length] = 0;
    char *line = text;
    for (char *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        if (!answer_line(line))
            return false;
    }
    length -= (size_t)(line - text);
    memmove(text, line, length);
    return length < sizeof text - 1;
}

static inline void say_ready(int port)
{
    printf("ready %d\n", port);
    fflush(stdout);
}

/* "callbacks echo" or "callbacks count": whether to count instead of echoing. */
static inline bool is_count_wanted(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "list") == 0) {
        puts("callbacks");
        exit(0);
    }
    if (count >= 2 && strcmp(arguments[1], "callbacks") != 0) {
        fprintf(stderr, "unknown %s\n", arguments[1]);
        exit(3);
    }
    if (count >= 3 && (strcmp(arguments[2], "echo") == 0 || strcmp(arguments[2], "count") == 0))
        return arguments[2][0] == 'c';
    fprintf(stderr, "usage: %s callbacks echo|count; the kind 'list' lists the kinds\n", arguments[0]);
    exit(2);
}
