#include "backpropd/service.h"

#include <stdint.h>
#include <stdlib.h>

#include "backpropd/metrics.h"

/* A service keeps right answers secret if it does not serve every operation that reveals them. */
static bool keeps_answers(const char *only)
{
    for (const struct bp_operation *const *each = bp_operations; *each; each++)
        if ((*each)->tells_answers && !bp_only_serves(only, *each))
            return true;
    return false;
}

bool bp_service_start(struct bp_service *service, const struct bp_limits *limits, const char *only)
{
    size_t n_routes;
    struct bp_route *routes = bp_routes_make(&n_routes, only);
    *service = (struct bp_service){.limits = *limits,
                                   .memory.limit = limits->memory_bytes,
                                   .own_memory.limit = SIZE_MAX,
                                   .routes = routes,
                                   .allowed_hosts = "*"};
    service->limits.keeps_answers = keeps_answers(only);
    service->metrics = routes ? bp_metrics_make(routes, n_routes) : NULL;
    if (!service->metrics)
        free(routes);
    return service->metrics;
}

void bp_service_free(struct bp_service *service)
{
    free(service->metrics);
    free(service->routes);
}
