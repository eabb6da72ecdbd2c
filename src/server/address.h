/* Addresses of sockets: from names, and as text. */
#ifndef BACKPROPD_SERVER_ADDRESS_H
#define BACKPROPD_SERVER_ADDRESS_H

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#define BP_URL_MAX 128

/* The TCP addresses of a host and port, for freeaddrinfo; a host of NULL is this machine's
 * loopback, IPv6 and IPv4. NULL if there is no such address. */
struct addrinfo *bp_address_find(const char *host, unsigned port);

/* The address of the Unix socket at a path, which must fit. */
struct sockaddr_un bp_address_of_path(const char *path);

/* The port of a TCP address, 0 of another. */
unsigned bp_address_port(const struct sockaddr *at);

/* Writes http://ADDR:PORT, or unix:PATH with "@" for the NUL of a name that is not in the file
 * system. */
void bp_address_text(char url[BP_URL_MAX], const struct sockaddr *at, socklen_t size);

#endif
