/* The server of the comparison in plain C: one thread, one level-triggered epoll. README.md says which lines it speaks. */
#define _GNU_SOURCE
#include "control.h"
#include "sockets.h"

#include <sys/epoll.h>

enum { BUFFER = 64 * 1024, EVENTS = 256 };

struct connection {
    int socket;
    char *left; /* what could not be sent; nothing is received until it has gone */
    size_t start, end;
    uint64_t total;
};

static int poll, listener;
static bool counts;
static char buffer[BUFFER];

/* Stand for these two in the events, where a connection has its own address. */
static struct connection control, arrivals;

static void watch(int operation, int file, uint32_t events, struct connection *connection)
{
    struct epoll_event event = { .events = events, .data.ptr = connection };
    check(epoll_ctl(poll, operation, file, &event), "epoll_ctl");
}

static void drop(struct connection *connection)
{
    close(connection->socket);
    free(connection->left);
    free(connection);
}

static void keep(struct connection *connection, const char *data, size_t length)
{
    connection->left = allocate(NULL, length);
    memcpy(connection->left, data, length);
    connection->start = 0;
    connection->end = length;
    watch(EPOLL_CTL_MOD, connection->socket, EPOLLOUT, connection);
}

/* How much has gone; negative if the connection is dead. */
static ssize_t send_some(int socket, const char *data, size_t length)
{
    ssize_t sent = send(socket, data, length, MSG_NOSIGNAL);
    return sent < 0 && would_block() ? 0 : sent;
}

static void send_left(struct connection *connection)
{
    ssize_t sent = send_some(connection->socket, connection->left + connection->start, connection->end - connection->start);
    if (sent < 0) {
        drop(connection);
        return;
    }
    connection->start += (size_t)sent;
    if (connection->start < connection->end)
        return;
    free(connection->left);
    connection->left = NULL;
    watch(EPOLL_CTL_MOD, connection->socket, EPOLLIN, connection);
}

/* Eight bytes always fit into an empty send buffer. */
static void answer_total(struct connection *connection)
{
    send_some(connection->socket, (const char *)&connection->total, sizeof connection->total);
    drop(connection);
}

static void receive(struct connection *connection)
{
    ssize_t got = recv(connection->socket, buffer, sizeof buffer, 0);
    if (got < 0 && would_block())
        return;
    if (got <= 0) {
        if (got == 0 && counts)
            answer_total(connection);
        else
            drop(connection);
        return;
    }
    if (counts) {
        connection->total += (uint64_t)got;
        return;
    }
    ssize_t sent = send_some(connection->socket, buffer, (size_t)got);
    if (sent < 0)
        drop(connection);
    else if (sent < got)
        keep(connection, buffer + sent, (size_t)(got - sent));
}

static void accept_all(void)
{
    int socket;
    while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *connection = allocate(NULL, sizeof *connection);
        *connection = (struct connection){ .socket = socket };
        set_no_delay(socket);
        watch(EPOLL_CTL_ADD, socket, EPOLLIN, connection);
    }
    if (!would_block() && errno != ECONNABORTED)
        fail("accept4");
}

static void listen_on_loopback(void)
{
    struct sockaddr_in address = loopback(0, 0);
    socklen_t length = sizeof address;
    listener = (int)check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    check(bind(listener, (struct sockaddr *)&address, length), "bind");
    check(listen(listener, BACKLOG), "listen");
    check(getsockname(listener, (struct sockaddr *)&address, &length), "getsockname");
    say_ready(ntohs(address.sin_port));
}

int main(int count, char **arguments)
{
    struct epoll_event events[EVENTS];
    counts = is_count_wanted(count, arguments);
    poll = (int)check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN, &control);
    listen_on_loopback();
    watch(EPOLL_CTL_ADD, listener, EPOLLIN, &arrivals);
    for (;;) {
        int ready = epoll_wait(poll, events, EVENTS, -1);
        if (ready < 0 && errno != EINTR)
            fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection == &arrivals)
                accept_all();
            else if (connection == &control) {
                if (!answer_control())
                    return 0;
            } else if (connection->left)
                send_left(connection);
            else
                receive(connection);
        }
    }
}
