#include "backpropd/service.h"

#include <stdint.h>
#include <stdlib.h>

#include "metrics.h"

bool bp_service_start(struct bp_service *service, const struct bp_limits *limits)
{
    service->limits = *limits;
    service->memory.limit = limits->memory_bytes;
    service->own_memory.limit = SIZE_MAX;
    atomic_init(&service->memory.used, 0);
    atomic_init(&service->own_memory.used, 0);
    atomic_init(&service->draining, false);
    service->metrics = calloc(1, sizeof *service->metrics);
    return service->metrics;
}

void bp_service_free(struct bp_service *service)
{
    free(service->metrics);
}
