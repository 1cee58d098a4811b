/* Addresses: IPv4 and IPv6 as one kind (an IPv4 address is its v4-mapped IPv6 one). Numeric only, no name is looked up. */
#ifndef LIB_NET_H
#define LIB_NET_H

#include <stdbool.h>
#include <stddef.h>

struct ip {
	unsigned char byte[16];
};

struct cidr {
	struct ip base;
	unsigned bits;		/* 0 to 128, of the mapped form */
};

/* text[0..len) is an address and nothing else; no zone, no port, no leading zeros in an IPv4 octet. */
bool ip_parse(const char *text, size_t len, struct ip *ip);

/* As ip_parse, and also "1.2.3.4:567", "[2001:db8::1]" and "[2001:db8::1]:567" as proxies write them (RFC 7239 §6). */
bool ip_parse_host(const char *text, size_t len, struct ip *ip);

void ip_format(const struct ip *ip, char out[46]);	/* IPv4 in dotted form */

/* "a.b.c.d", "a.b.c.d/n", "v6", "v6/n". Bits set beyond the prefix are refused: they are a typing mistake. */
bool cidr_parse(const char *text, struct cidr *net);
bool cidr_has(const struct cidr *net, const struct ip *ip);

#endif
