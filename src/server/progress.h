/* The progress of a client: bytes that it has sent, and bytes that it has read.
 */
#ifndef BACKPROPD_SERVER_PROGRESS_H
#define BACKPROPD_SERVER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

enum bp_direction { BP_DIRECTION_NONE, BP_DIRECTION_IN, BP_DIRECTION_OUT };

/* Of one phase of a connection. All zeros at the start of a connection. Times are in milliseconds.
 */
struct bp_progress {
    uint64_t phase;    /* id of the phase: changes when the phase does */
    uint64_t since;    /* when the phase was first looked at */
    uint64_t moved_at; /* when bytes were last seen to have moved, or could not move */
    uint64_t in, out;  /* bytes of the connection at the last look */
    uint64_t first;    /* bytes in the phase's direction before it */
    uint64_t rate;     /* what bp_progress_rate has returned, for a sort */
    enum bp_direction direction;
    bool is_known; /* the system counts the bytes: not on a Unix socket */
};

/* Looks at a socket that is in this phase. Cannot fail. */
void bp_progress_look(struct bp_progress *progress, int socket, uint64_t phase,
                      enum bp_direction direction, uint64_t now);

/* Bytes per second in the phase so far; 0 in a phase without transfer. UINT64_MAX if the client
 * waits for us, or the system does not count. */
uint64_t bp_progress_rate(struct bp_progress *progress, int socket, uint64_t now);

#endif
