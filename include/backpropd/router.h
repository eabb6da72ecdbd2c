/* Routes as data: the methods of each path, and the function that answers. */
#ifndef BACKPROPD_ROUTER_H
#define BACKPROPD_ROUTER_H

#include "backpropd/access.h"
#include "backpropd/method.h"
#include "backpropd/operation.h"

#define BP_REPRESENTATIONS_MAX 4

struct bp_exchange;
struct bp_file;

/* Writes the reply of an exchange, a 200 of the chosen media type, or makes it another one. */
typedef void bp_handler(struct bp_exchange *exchange);

struct bp_route {
    const char *path;    /* exact, or a prefix that ends with a slash and a star */
    const char *link;    /* its name in the links of GET /, or NULL */
    unsigned methods;    /* a set of bp_method */
    enum bp_group group; /* the group that --public may open */
    bp_handler *answer;  /* at once, or NULL: `operation` is to be calculated */
    const char *media_types[BP_REPRESENTATIONS_MAX + 1]; /* best first, NULL at the end */
    const struct bp_operation *operation;
    const struct bp_file *file; /* or NULL */
    bool is_off;                /* switched off: 404 */
};

/* The routes of a service, in one block that the caller frees: the operations that `only` includes,
 * the files, the fixed routes, and last, without a method, the route of every other path. Out: n.
 * NULL if memory runs out. */
struct bp_route *bp_routes_make(size_t *n, const char *only);

/* True if `only`, as --only has it, is "*" or a list of the operations' paths. */
bool bp_only_is_proper(const char *only);

/* True if the list includes the operation. */
bool bp_only_serves(const char *only, const struct bp_operation *operation);

/* Removes the page: its files, and its representation of GET /. */
void bp_routes_close_page(struct bp_route *routes);

/* The group of one representation of a route: GET / as HTML belongs to the page. */
enum bp_group bp_route_group(const struct bp_route *route, int representation);

/* The route whose path somebody meant where nothing is, or NULL. */
const struct bp_route *bp_route_near(const struct bp_route *routes, const char *path);

/* The route of a path; never NULL. */
const struct bp_route *bp_route_find(const struct bp_route *routes, const char *path);

#endif
