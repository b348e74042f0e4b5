/* WASI's poll_oneoff: waits until one of several clocks or files is ready. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

#include "runtime/wasi/internal.h"

enum { MAX_SUBSCRIPTIONS = 4096, EVENT_SIZE = 32 };
enum { EVENT_CLOCK = 0, EVENT_READ = 1, EVENT_WRITE = 2 };
enum { EVENT_HANGUP = 1 };

typedef struct Subscription {
    uint64_t user_data;
    uint8_t type;
    WasiErrno error; /* known at once: the subscription is ready with it */
    clockid_t clock;
    uint64_t deadline; /* on that clock, ns */
} Subscription;

static uint64_t now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void read_clock(const uint8_t *bytes, Subscription *subscription) {
    enum { ABSOLUTE = 1 };
    uint32_t clock = load32(bytes);
    if (clock > 1) {
        subscription->error = clock > 3 ? WASI_EINVAL : WASI_ENOTSUP; /* CPU time does not wait */
        return;
    }
    subscription->clock = clock == 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    uint64_t timeout = load64(bytes + 8);
    uint64_t start = load32(bytes + 24) & ABSOLUTE ? 0 : now(subscription->clock);
    subscription->deadline = timeout > UINT64_MAX - start ? UINT64_MAX : start + timeout;
}

static void read_file(WasiCall *call, const uint8_t *bytes, Subscription *subscription,
                      struct pollfd *file) {
    Descriptor *descriptor;
    subscription->error =
        descriptor_find(call->wasi, load32(bytes), RIGHT_POLL_FD_READWRITE, &descriptor);
    if (subscription->error) return;
    file->fd = descriptor->host;
    file->events = subscription->type == EVENT_READ ? POLLIN : POLLOUT;
}

static bool read_subscription(WasiCall *call, const uint8_t *bytes, Subscription *subscription,
                              struct pollfd *file) {
    *file = (struct pollfd){.fd = -1};
    *subscription = (Subscription){.user_data = load64(bytes), .type = bytes[8]};
    const uint8_t *contents = bytes + 16;
    switch (subscription->type) {
    case EVENT_CLOCK: /* the older snapshot has an identifier in front */
        read_clock(call->unstable ? contents + 8 : contents, subscription);
        return true;
    case EVENT_READ:
    case EVENT_WRITE: read_file(call, contents, subscription, file); return true;
    default: return false;
    }
}

/* Waits until one file is ready, one clock has run out or a signal comes. */
static WasiErrno wait_once(const Subscription *subscriptions, struct pollfd *files,
                           uint32_t count) {
    uint64_t shortest = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t left = UINT64_MAX;
        if (subscriptions[i].error) {
            left = 0;
        } else if (subscriptions[i].type == EVENT_CLOCK) {
            uint64_t time = now(subscriptions[i].clock);
            left = subscriptions[i].deadline > time ? subscriptions[i].deadline - time : 0;
        }
        if (left < shortest) shortest = left;
        files[i].revents = 0;
    }
    struct timespec timeout = {(time_t)(shortest / 1000000000u), (long)(shortest % 1000000000u)};
    int ready = ppoll(files, count, shortest == UINT64_MAX ? NULL : &timeout, NULL);
    return ready < 0 && errno != EINTR ? errno_to_wasi(errno) : WASI_SUCCESS;
}

static bool is_ready(const Subscription *subscription, const struct pollfd *file) {
    if (subscription->error) return true;
    if (subscription->type == EVENT_CLOCK)
        return now(subscription->clock) >= subscription->deadline;
    return file->revents != 0;
}

static void store_event(uint8_t *bytes, const Subscription *subscription,
                        const struct pollfd *file) {
    memset(bytes, 0, EVENT_SIZE);
    store64(bytes, subscription->user_data);
    store16(bytes + 8, file->revents & POLLNVAL ? WASI_EBADF : subscription->error);
    bytes[10] = subscription->type;
    int available = 0;
    if (subscription->type == EVENT_READ && file->fd >= 0 &&
        ioctl(file->fd, FIONREAD, &available) == 0 && available > 0)
        store64(bytes + 16, (uint64_t)available);
    if (file->revents & (POLLHUP | POLLERR)) store16(bytes + 24, EVENT_HANGUP);
}

static WasiErrno poll_all(WasiCall *call, const uint8_t *in, uint8_t *out, uint8_t *ready_at,
                          Subscription *subscriptions, struct pollfd *files, uint32_t count) {
    uint32_t size = call->unstable ? 56 : 48;
    for (uint32_t i = 0; i < count; i++)
        if (!read_subscription(call, in + (size_t)i * size, &subscriptions[i], &files[i]))
            return WASI_EINVAL;
    uint32_t ready = 0;
    while (ready == 0) {
        WasiErrno error = wait_once(subscriptions, files, count);
        if (error) return error;
        for (uint32_t i = 0; i < count; i++)
            if (is_ready(&subscriptions[i], &files[i]))
                store_event(out + (size_t)EVENT_SIZE * ready++, &subscriptions[i], &files[i]);
    }
    store32(ready_at, ready);
    return WASI_SUCCESS;
}

WasiErrno wasi_poll_oneoff(WasiCall *call) {
    uint32_t count = argument32(call, 2);
    if (count == 0 || count > MAX_SUBSCRIPTIONS) return WASI_EINVAL;
    const uint8_t *in =
        guest_bytes(call, argument32(call, 0), (call->unstable ? 56u : 48u) * count);
    uint8_t *out = guest_bytes(call, argument32(call, 1), (uint64_t)EVENT_SIZE * count);
    uint8_t *ready_at = guest_bytes(call, argument32(call, 3), 4);
    if (!in || !out || !ready_at) return WASI_EFAULT;

    Subscription *subscriptions = calloc(count, sizeof *subscriptions);
    struct pollfd *files = calloc(count, sizeof *files);
    WasiErrno error = WASI_ENOMEM;
    if (subscriptions && files)
        error = poll_all(call, in, out, ready_at, subscriptions, files, count);
    free(subscriptions);
    free(files);
    return error;
}
