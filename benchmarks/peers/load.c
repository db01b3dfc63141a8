/* The load of the socket rows: drives any of the servers, on one thread. README.md says which lines it speaks. */
#define _GNU_SOURCE
#include "lines.h"
#include "traffic.h"

static long idle_count;

static void run_measured(void (*run)(long count), long count)
{
    int64_t start = now(), used = processor_time();
    run(count);
    printf("done %lld %lld\n", (long long)(now() - start), (long long)(processor_time() - used));
}

/* echo: those of the first connections that are not there to be idle ask and ask again. */

static void echo(long count)
{
    unasked = unanswered = count;
    for (long i = 0; i < parallel && unasked > 0; i++)
        ask(&connections[i]);
    await_answers();
}

static void run_echo(long count)
{
    run_measured(echo, count);
}

/* cycle: connect, one byte there and back, close. */

static void cycle_over(struct connection *connection)
{
    check(close(connection->socket), "close");
    connection->socket = -1;
    if (unasked > 0) {
        open_connection(connection);
        ask(connection);
    }
}

static void cycle(long count)
{
    answered = cycle_over;
    unasked = unanswered = count;
    for (long i = 0; i < parallel && unasked > 0; i++) {
        connections[i].number = (uint32_t)i;
        open_connection(&connections[i]);
        ask(&connections[i]);
    }
    await_answers();
}

static void run_cycle(long count)
{
    run_measured(cycle, count);
}

/* bulk: so many MiB one way; the server answers how many bytes it got. */

static void bulk(long count)
{
    struct timeval limit = { .tv_sec = PATIENCE };
    uint64_t left = (uint64_t)count << 20, total = 0;
    int file = open_socket(0);
    check(setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), "setsockopt");
    check(setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "setsockopt");
    while (left > 0)
        left -= (uint64_t)check(send(file, random_bytes, left < CHUNK ? left : CHUNK, MSG_NOSIGNAL), "send");
    check(shutdown(file, SHUT_WR), "shutdown");
    long got = check(recv(file, &total, sizeof total, MSG_WAITALL), "recv");
    if (got != sizeof total || total != (uint64_t)count << 20)
        complain("the server counted other than what it was sent");
    check(close(file), "close");
}

static void run_bulk(long count)
{
    run_measured(bulk, count);
}

/* idle: opens so many more, which stay. */

static void run_idle(long count)
{
    run_measured(open_connections, count);
}

static void set_up(void)
{
    poll = (int)check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    make_bytes();
}

static void set_up_echo(void)
{
    set_up();
    reserve(parallel + idle_count);
    open_connections(parallel + idle_count);
}

static void set_up_cycle(void)
{
    set_up();
    reserve(parallel);
}

static void set_up_idle(void)
{
    set_up();
    reserve(idle_count);
}

static const struct row rows[] = {
    { .name = "echo", .run = run_echo, .set_up = set_up_echo, .answers = true },
    { .name = "cycle", .run = run_cycle, .set_up = set_up_cycle, .answers = true },
    { .name = "bulk", .run = run_bulk, .set_up = set_up, .answers = true },
    { .name = "idle", .run = run_idle, .set_up = set_up_idle, .answers = true },
    { .name = NULL },
};

/* NAME=NUMBER */
static bool read_option(const char *text)
{
    long value;
    char end;
    if (sscanf(text, "port=%ld%c", &value, &end) == 1 && value > 0 && value < 65536)
        port = (int)value;
    else if (sscanf(text, "size=%ld%c", &value, &end) == 1 && value > 0)
        size = (size_t)value;
    else if (sscanf(text, "connections=%ld%c", &value, &end) == 1 && value > 0)
        parallel = value;
    else if (sscanf(text, "idle=%ld%c", &value, &end) == 1 && value >= 0)
        idle_count = value;
    else
        return false;
    return true;
}

int main(int count, char **arguments)
{
    bool understood = count >= 2;
    for (int i = 2; i < count; i++)
        understood = understood && read_option(arguments[i]);
    if (!understood || (port == 0 && strcmp(arguments[1], "list") != 0)) {
        fprintf(stderr, "usage: %s ROW port=N [size=BYTES] [connections=N] [idle=N]; the row 'list' lists the rows\n", arguments[0]);
        return 2;
    }
    return run_rows(rows, arguments[1]);
}
