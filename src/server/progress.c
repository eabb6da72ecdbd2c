#include "progress.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Reads the byte counts of TCP. False if the system does not count. */
static bool count(struct bp_progress *progress, int socket)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        size < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
        return false;
    progress->in = info.tcpi_bytes_received;
    progress->out = info.tcpi_bytes_acked;
    return true;
}

static uint64_t moved(const struct bp_progress *progress)
{
    return progress->direction == BP_DIRECTION_IN ? progress->in : progress->out;
}

/* True if received bytes wait for us to read them, or if no bytes wait for the client to read. */
static bool waits_for_us(const struct bp_progress *progress, int socket)
{
    int bytes = 0;
    if (progress->direction == BP_DIRECTION_IN)
        return ioctl(socket, SIOCINQ, &bytes) == 0 && bytes > 0;
    return ioctl(socket, SIOCOUTQ, &bytes) == 0 && bytes == 0;
}

void bp_progress_look(struct bp_progress *progress, int socket, uint64_t phase,
                      enum bp_direction direction, uint64_t now)
{
    const bool is_new = progress->phase != phase;
    if (is_new) {
        progress->phase = phase;
        progress->since = progress->moved_at = now;
        progress->direction = direction;
        progress->first = moved(progress); /* at the last look at the phase before */
    }
    if (!is_new && direction == BP_DIRECTION_NONE)
        return;
    const uint64_t before = moved(progress);
    progress->is_known = count(progress, socket);
    if (moved(progress) != before || waits_for_us(progress, socket))
        progress->moved_at = now;
}

uint64_t bp_progress_rate(struct bp_progress *progress, int socket, uint64_t now)
{
    if (progress->direction == BP_DIRECTION_NONE)
        return 0;
    if (!progress->is_known || waits_for_us(progress, socket))
        return UINT64_MAX;
    return (moved(progress) - progress->first) * 1000 / (now - progress->since + 1);
}
