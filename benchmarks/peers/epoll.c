/* The rows of the comparison in plain C on epoll: what the machine can do at most. README.md says which lines it speaks. */
#define _GNU_SOURCE
#include "lines.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { BATCH = 1000, DELAY = 1300000 };

/* A ring of function pointers with an argument, which grows. */

typedef void callback(void *argument);

struct slot {
    callback *call;
    void *argument;
};

static struct {
    struct slot *slots;
    uint64_t head, tail, size;
} ring;

static void grow(void)
{
    uint64_t size = ring.size ? ring.size * 2 : 64;
    struct slot *slots = allocate(NULL, size * sizeof *slots);
    for (uint64_t i = ring.head; i < ring.tail; i++)
        slots[i & (size - 1)] = ring.slots[i & (ring.size - 1)];
    free(ring.slots);
    ring.slots = slots;
    ring.size = size;
}

static inline void call_soon(callback *call, void *argument)
{
    if (ring.tail - ring.head == ring.size)
        grow();
    ring.slots[ring.tail++ & (ring.size - 1)] = (struct slot){ call, argument };
}

static void run_ring(void)
{
    while (ring.head != ring.tail) {
        struct slot slot = ring.slots[ring.head++ & (ring.size - 1)];
        slot.call(slot.argument);
    }
}

static long left;

static void nothing(void *argument)
{
    (void)argument;
}

static void refill(void *argument)
{
    if (left == 0)
        return;
    long batch = left < BATCH ? left : BATCH;
    left -= batch;
    for (long i = 0; i < batch; i++)
        call_soon(nothing, argument);
    call_soon(refill, argument);
}

static void run_batch(long count)
{
    left = count;
    call_soon(refill, NULL);
    run_ring();
}

static void hop(void *argument)
{
    if (--left > 0)
        call_soon(hop, argument);
}

static void run_chain(long count)
{
    left = count;
    call_soon(hop, NULL);
    run_ring();
}

/* An eventfd and the epoll that watches it, edge-triggered: one write to wake it, one wait to be woken, nothing to read. */

struct bell {
    int poll, event;
};

static struct bell make_bell(void)
{
    struct bell bell = { (int)check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1"),
                         (int)check(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd") };
    struct epoll_event interest = { .events = EPOLLIN | EPOLLET };
    check(epoll_ctl(bell.poll, EPOLL_CTL_ADD, bell.event, &interest), "epoll_ctl");
    return bell;
}

static void ring_bell(struct bell bell)
{
    uint64_t one = 1;
    check(write(bell.event, &one, sizeof one), "write");
}

static void await_bell(struct bell bell)
{
    struct epoll_event event;
    while (epoll_wait(bell.poll, &event, 1, -1) < 0)
        if (errno != EINTR)
            fail("epoll_wait");
}

static struct bell here, there;

static void *answer(void *argument)
{
    for (;;) {
        await_bell(there);
        ring_bell(here);
    }
    return argument;
}

static void start_thread(pthread_t *thread, void *(*body)(void *), void *argument)
{
    errno = pthread_create(thread, NULL, body, argument);
    if (errno)
        fail("pthread_create");
}

static void set_up_round_trip(void)
{
    pthread_t other;
    here = make_bell();
    there = make_bell();
    start_thread(&other, answer, NULL);
}

static void set_up_one_cpu(void)
{
    cpu_set_t allowed, first;
    int cpu = 0;
    check(sched_getaffinity(0, sizeof allowed, &allowed), "sched_getaffinity");
    while (!CPU_ISSET(cpu, &allowed))
        cpu++;
    CPU_ZERO(&first);
    CPU_SET(cpu, &first);
    /* Before the second thread starts, which inherits it. */
    check(sched_setaffinity(0, sizeof first, &first), "sched_setaffinity");
    set_up_round_trip();
}

static void run_round_trip(long count)
{
    for (long i = 0; i < count; i++) {
        ring_bell(there);
        await_bell(here);
    }
}

static void set_up_bell(void)
{
    here = make_bell();
}

static void run_zero(long count)
{
    struct epoll_event event;
    for (long i = 0; i < count; i++)
        check(epoll_wait(here.poll, &event, 1, 0), "epoll_wait");
}

/* Posts: an array under a mutex, swapped for an empty one by the consumer, woken only when it sleeps. */

struct posts {
    struct slot *slots;
    long count, size;
};

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static struct posts inbox, taken;
static bool sleeping;
static long producers = 1;

static void post(callback *call, void *argument)
{
    pthread_mutex_lock(&gate);
    if (inbox.count == inbox.size) {
        inbox.size = inbox.size ? inbox.size * 2 : 64;
        inbox.slots = allocate(inbox.slots, (size_t)inbox.size * sizeof *inbox.slots);
    }
    inbox.slots[inbox.count++] = (struct slot){ call, argument };
    bool wake = sleeping;
    sleeping = false;
    pthread_mutex_unlock(&gate);
    if (wake)
        ring_bell(here);
}

static void take_posts(void)
{
    pthread_mutex_lock(&gate);
    struct posts full = inbox;
    inbox = taken;
    taken = full;
    sleeping = taken.count == 0;
    pthread_mutex_unlock(&gate);
}

static void posted(void *argument)
{
    (void)argument;
    left--;
}

static void *produce(void *share)
{
    for (long i = (intptr_t)share; i > 0; i--)
        post(posted, NULL);
    return NULL;
}

static void run_posts(long count)
{
    pthread_t *threads = allocate(NULL, (size_t)producers * sizeof *threads);
    left = count;
    for (long i = 0; i < producers; i++)
        start_thread(&threads[i], produce, (void *)(intptr_t)((count + i) / producers));
    while (left > 0) {
        take_posts();
        if (taken.count == 0)
            await_bell(here);
        for (long i = 0; i < taken.count; i++)
            taken.slots[i].call(taken.slots[i].argument);
        taken.count = 0;
    }
    for (long i = 0; i < producers; i++)
        pthread_join(threads[i], NULL);
    free(threads);
}

/* Timers: epoll_pwait2 takes nanoseconds; a kernel before 5.11 lacks it, and a timerfd stands in. */

static bool has_pwait2;
static int timer;

static long wait_precisely(struct timespec *limit)
{
    struct epoll_event event;
#ifdef SYS_epoll_pwait2
    return syscall(SYS_epoll_pwait2, here.poll, &event, 1, limit, NULL, 0);
#else
    (void)event, (void)limit;
    errno = ENOSYS;
    return -1;
#endif
}

static void set_up_lateness(void)
{
    struct timespec none = { 0, 0 };
    here = make_bell();
    has_pwait2 = wait_precisely(&none) == 0;
    if (has_pwait2)
        return;
    struct epoll_event interest = { .events = EPOLLIN | EPOLLET };
    timer = (int)check(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create");
    check(epoll_ctl(here.poll, EPOLL_CTL_ADD, timer, &interest), "epoll_ctl");
}

static void sleep_delay(void)
{
    struct timespec delay = { 0, DELAY };
    if (has_pwait2) {
        check(wait_precisely(&delay), "epoll_pwait2");
        return;
    }
    check(timerfd_settime(timer, 0, &(struct itimerspec){ .it_value = delay }, NULL), "timerfd_settime");
    await_bell(here);
}

static void run_lateness(long count)
{
    int64_t *late = allocate(NULL, (size_t)count * sizeof *late);
    for (long i = 0; i < count; i++) {
        int64_t start = now();
        sleep_delay();
        late[i] = now() - start - DELAY;
    }
    printf("done");
    for (long i = 0; i < count; i++)
        printf(" %lld", (long long)late[i]);
    printf("\n");
    free(late);
}

static const struct row rows[] = {
    { .name = "callsoon-batch", .run = run_batch },
    { .name = "callsoon-chain", .run = run_chain },
    { .name = "posts", .run = run_posts, .set_up = set_up_bell },
    { .name = "round-trip", .run = run_round_trip, .set_up = set_up_round_trip },
    { .name = "round-trip-one-cpu", .run = run_round_trip, .set_up = set_up_one_cpu },
    { .name = "epoll-zero", .run = run_zero, .set_up = set_up_bell },
    { .name = "lateness", .run = run_lateness, .set_up = set_up_lateness, .answers = true },
    { .name = NULL },
};

int main(int count, char **arguments)
{
    if (count < 2 || count > 3 || (count == 3 && (producers = atol(arguments[2])) < 1)) {
        fprintf(stderr, "usage: %s ROW [PRODUCERS]; the row 'list' lists the rows\n", arguments[0]);
        return 2;
    }
    return run_rows(rows, arguments[1]);
}
