/* TCP on loopback, for the load and the servers. Included once, by the program, which defines _GNU_SOURCE first. */
#pragma once
#include "base.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

static inline struct sockaddr_in loopback(int host, int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)host),
    };
}

/* Small writes go out at once, as every one of the servers wants it. */
static inline void set_no_delay(int socket)
{
    int on = 1;
    check(setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
}

/* Whether a call failed only because it would have to wait. */
static inline bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}
