/* The server of the comparison on libuv. README.md says which lines it speaks. */
#define _GNU_SOURCE
#include "control.h"
#include "sockets.h"

#include <uv.h>

struct connection {
    uv_tcp_t tcp;
    uint64_t total;
};

/* What could not be sent at once; nothing is received until it has gone. */
struct leftover {
    uv_write_t request;
    char data[];
};

static uv_loop_t *loop;
static bool counts;
static char buffer[64 * 1024];

static void must(int result, const char *call)
{
    if (result < 0) {
        fprintf(stderr, "%s: %s\n", call, uv_strerror(result));
        exit(1);
    }
}

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void drop(uv_stream_t *stream)
{
    if (!uv_is_closing((uv_handle_t *)stream))
        uv_close((uv_handle_t *)stream, on_closed);
}

/* Each read is over before the next one begins, so that one buffer serves all. */
static void lend_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *answer)
{
    (void)handle, (void)suggested;
    *answer = uv_buf_init(buffer, sizeof buffer);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *data);

static void on_written(uv_write_t *request, int status)
{
    uv_stream_t *stream = request->handle;
    free(request);
    if (status < 0)
        drop(stream);
    else if (!uv_is_closing((uv_handle_t *)stream))
        must(uv_read_start(stream, lend_buffer, on_read), "uv_read_start");
}

static void send_later(uv_stream_t *stream, const char *data, size_t length)
{
    struct leftover *left = allocate(NULL, sizeof *left + length);
    memcpy(left->data, data, length);
    uv_read_stop(stream);
    uv_buf_t rest = uv_buf_init(left->data, (unsigned)length);
    if (uv_write(&left->request, stream, &rest, 1, on_written) < 0) {
        free(left);
        drop(stream);
    }
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *data)
{
    struct connection *connection = (struct connection *)stream;
    if (got == UV_EOF && counts) {
        uv_buf_t total = uv_buf_init((char *)&connection->total, sizeof connection->total);
        uv_try_write(stream, &total, 1);
    }
    if (got <= 0) {
        if (got < 0)
            drop(stream);
        return;
    }
    if (counts) {
        connection->total += (uint64_t)got;
        return;
    }
    uv_buf_t answer = uv_buf_init(data->base, (unsigned)got);
    int sent = uv_try_write(stream, &answer, 1);
    if (sent < 0 && sent != UV_EAGAIN)
        drop(stream);
    else if (sent < got)
        send_later(stream, data->base + (sent > 0 ? sent : 0), (size_t)(got - (sent > 0 ? sent : 0)));
}

static void on_connection(uv_stream_t *listener, int status)
{
    must(status, "listen");
    struct connection *connection = allocate(NULL, sizeof *connection);
    connection->total = 0;
    must(uv_tcp_init(loop, &connection->tcp), "uv_tcp_init");
    if (uv_accept(listener, (uv_stream_t *)&connection->tcp) < 0) {
        drop((uv_stream_t *)&connection->tcp);
        return;
    }
    must(uv_tcp_nodelay(&connection->tcp, 1), "uv_tcp_nodelay");
    must(uv_read_start((uv_stream_t *)&connection->tcp, lend_buffer, on_read), "uv_read_start");
}

static void on_control(uv_poll_t *handle, int status, int events)
{
    (void)handle, (void)events;
    if (status < 0 || !answer_control())
        exit(0);
}

int main(int count, char **arguments)
{
    static uv_tcp_t listener;
    static uv_poll_t control;
    struct sockaddr_in address = loopback(0, 0);
    int length = sizeof address;
    counts = is_count_wanted(count, arguments);
    loop = uv_default_loop();
    must(uv_poll_init(loop, &control, STDIN_FILENO), "uv_poll_init");
    must(uv_poll_start(&control, UV_READABLE | UV_DISCONNECT, on_control), "uv_poll_start");
    must(uv_tcp_init(loop, &listener), "uv_tcp_init");
    must(uv_tcp_bind(&listener, (struct sockaddr *)&address, 0), "uv_tcp_bind");
    must(uv_listen((uv_stream_t *)&listener, BACKLOG, on_connection), "uv_listen");
    must(uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &length), "uv_tcp_getsockname");
    say_ready(ntohs(address.sin_port));
    return uv_run(loop, UV_RUN_DEFAULT);
}
