#include "lib/net.h"

#include <arpa/inet.h>
#include <string.h>

static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };	/* RFC 4291 §2.5.5.2 */

bool ip_parse(const char *text, size_t len, struct ip *ip)
{
	char copy[INET6_ADDRSTRLEN];
	struct ip got;

	if (!len || len >= sizeof copy || memchr(text, '\0', len))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	memcpy(got.byte, mapped, sizeof mapped);
	if (inet_pton(AF_INET, copy, got.byte + sizeof mapped) != 1 && inet_pton(AF_INET6, copy, got.byte) != 1)
		return false;
	*ip = got;
	return true;
}

/* 1 to `digits` decimal digits that make a number of at most max; the whole of text[0..len). */
static bool number(const char *text, size_t len, size_t digits, unsigned max, unsigned *n)
{
	unsigned sum = 0;

	if (!len || len > digits)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		sum = sum * 10 + (unsigned)(text[i] - '0');
	}
	if (sum > max)
		return false;
	*n = sum;
	return true;
}

bool ip_parse_host(const char *text, size_t len, struct ip *ip)
{
	const char *end = text + len, *host = text, *stop, *port = NULL;
	unsigned ignored;

	if (ip_parse(text, len, ip))
		return true;
	if (len && *text == '[') {
		host++;
		stop = memchr(host, ']', len - 1);
		/* brackets are for IPv6 alone (RFC 3986 §3.2.2) */
		if (!stop || !memchr(host, ':', (size_t)(stop - host)))
			return false;
		if (stop + 1 < end) {
			if (stop[1] != ':')
				return false;
			port = stop + 2;
		}
	} else {
		stop = memchr(text, ':', len);
		if (!stop)
			return false;
		port = stop + 1;
	}
	if (port && !number(port, (size_t)(end - port), 5, 65535, &ignored))
		return false;
	return ip_parse(host, (size_t)(stop - host), ip);
}

void ip_format(const struct ip *ip, char out[46])
{
	char *p = out;

	if (memcmp(ip->byte, mapped, sizeof mapped)) {
		if (!inet_ntop(AF_INET6, ip->byte, out, 46))
			out[0] = '\0';
		return;
	}
	/* by hand: inet_ntop goes through sprintf, which is a tenth of what judging a request costs */
	for (int i = 12; i < 16; i++) {
		unsigned n = ip->byte[i];

		if (n >= 100)
			*p++ = (char)('0' + n / 100);
		if (n >= 10)
			*p++ = (char)('0' + n / 10 % 10);
		*p++ = (char)('0' + n % 10);
		*p++ = i < 15 ? '.' : '\0';
	}
}

/* The bits of byte i that a prefix of `bits` covers. */
static unsigned char mask(unsigned bits, unsigned i)
{
	if (bits >= 8 * (i + 1))
		return 0xff;
	if (bits <= 8 * i)
		return 0;
	return (unsigned char)(0xff << (8 - bits % 8));
}

bool cidr_parse(const char *text, struct cidr *net)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	bool v6 = memchr(text, ':', len);
	unsigned width = v6 ? 128 : 32;
	struct cidr got = { .bits = width };

	if (!ip_parse(text, len, &got.base))
		return false;
	if (slash && (!number(slash + 1, strlen(slash + 1), 3, width, &got.bits) || (slash[1] == '0' && slash[2])))
		return false;
	if (!v6)
		got.bits += 8 * sizeof mapped;
	for (unsigned i = 0; i < sizeof got.base.byte; i++)
		if (got.base.byte[i] & ~mask(got.bits, i))
			return false;
	*net = got;
	return true;
}

bool cidr_has(const struct cidr *net, const struct ip *ip)
{
	for (unsigned i = 0; i < sizeof ip->byte; i++)
		if ((net->base.byte[i] ^ ip->byte[i]) & mask(net->bits, i))
			return false;
	return true;
}
