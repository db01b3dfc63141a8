/* The connections of the load: each has one message under way and checks every byte that comes back. Included once, by load.c. */
#include "sockets.h"

#include <sys/epoll.h>

enum {
    EVENTS = 256,
    CHUNK = 256 * 1024, /* largest single receive or send */
    SOURCES = 64,       /* addresses that connections come from in turn, so that closed ones do not use up the ports */
    AT_ONCE = 50,       /* connections being opened at a time; a server may queue no more than 100 */
    PATIENCE = 10,      /* seconds without any progress */
    WINDOW = 65521,     /* places where a message may start in the random bytes; a prime, so that neighbours differ */
};

struct connection {
    int socket; /* -1 while it is closed */
    bool awaits_room;
    uint32_t number; /* which connection, so that no two send the same */
    uint32_t requests;
    size_t sent, received;
    const char *message;
};

static int poll, port;
static size_t size = 1;
static long parallel = 1;
static struct connection *connections;
static long open_count, room;
static long unasked, unanswered;
static char *random_bytes, *inbound;

/* What happens once a connection has its whole answer. */
static void (*answered)(struct connection *connection);

static void complain(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static void make_bytes(void)
{
    uint64_t state = 0x9e3779b97f4a7c15;
    size_t length = WINDOW + (size > CHUNK ? size : CHUNK);
    random_bytes = allocate(NULL, length);
    inbound = allocate(NULL, CHUNK);
    for (size_t i = 0; i < length; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        random_bytes[i] = (char)(state >> 32);
    }
}

static void watch(int operation, struct connection *connection)
{
    struct epoll_event event = { .events = EPOLLIN | (connection->awaits_room ? EPOLLOUT : 0), .data.ptr = connection };
    check(epoll_ctl(poll, operation, connection->socket, &event), "epoll_ctl");
}

static void push(struct connection *connection)
{
    while (connection->sent < size) {
        ssize_t sent = send(connection->socket, connection->message + connection->sent, size - connection->sent, MSG_NOSIGNAL);
        if (sent < 0 && !would_block())
            fail("send");
        if (sent < 0)
            break;
        connection->sent += (size_t)sent;
    }
    bool awaits_room = connection->sent < size;
    if (awaits_room != connection->awaits_room) {
        connection->awaits_room = awaits_room;
        watch(EPOLL_CTL_MOD, connection);
    }
}

static void ask(struct connection *connection)
{
    unasked--;
    connection->requests++;
    connection->message = random_bytes + (connection->number * UINT64_C(7919) + connection->requests * UINT64_C(104729)) % WINDOW;
    connection->sent = connection->received = 0;
    push(connection);
}

static void take(struct connection *connection)
{
    ssize_t got = recv(connection->socket, inbound, CHUNK, 0);
    if (got < 0 && would_block())
        return;
    if (got < 0)
        fail("recv");
    if (got == 0)
        complain("the server closed a connection");
    if ((size_t)got > connection->sent - connection->received)
        complain("the server sent more than it was sent");
    if (memcmp(inbound, connection->message + connection->received, (size_t)got) != 0)
        complain("the server sent other bytes than it was sent");
    connection->received += (size_t)got;
    if (connection->received == size) {
        unanswered--;
        answered(connection);
    }
}

static void ask_again(struct connection *connection)
{
    if (unasked > 0)
        ask(connection);
}

/* Runs until everything that was asked, and that is asked in reply to answers, is answered. */
static void await_answers(void)
{
    struct epoll_event events[EVENTS];
    while (unanswered > 0) {
        int ready = epoll_wait(poll, events, EVENTS, PATIENCE * 1000);
        if (ready < 0 && errno != EINTR)
            fail("epoll_wait");
        if (ready == 0)
            complain("the server has done nothing for 10 seconds");
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (events[i].events & ~(uint32_t)EPOLLOUT)
                take(connection);
            if (connection->awaits_room)
                push(connection);
        }
    }
}

static int open_socket(int flags)
{
    static int next;
    struct sockaddr_in source = loopback(next++ % SOURCES, 0), server = loopback(0, port);
    int on = 1, file = (int)check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), "socket");
    check(setsockopt(file, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on), "setsockopt");
    check(bind(file, (struct sockaddr *)&source, sizeof source), "bind");
    set_no_delay(file);
    if (connect(file, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS)
        fail("connect");
    return file;
}

static void open_connection(struct connection *connection)
{
    connection->awaits_room = false;
    connection->socket = open_socket(SOCK_NONBLOCK);
    watch(EPOLL_CTL_ADD, connection);
}

/* Events point at connections, so there is room for all from the start. */
static void reserve(long most)
{
    connections = allocate(NULL, (size_t)most * sizeof *connections);
    room = most;
}

/* Opens that many more; each one makes a request, so that the server has accepted and served it. */
static void open_connections(long count)
{
    if (open_count + count > room)
        complain("more connections than were spoken of");
    answered = ask_again;
    while (count > 0) {
        long some = count < AT_ONCE ? count : AT_ONCE;
        unasked = unanswered = some;
        for (long i = 0; i < some; i++, open_count++) {
            connections[open_count] = (struct connection){ .number = (uint32_t)open_count };
            open_connection(&connections[open_count]);
            ask(&connections[open_count]);
        }
        await_answers();
        count -= some;
    }
}
