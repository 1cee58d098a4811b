/* A notification as the PSP "efi" sends it, compact, with an endToEndId and a txid of its own each time. */
#ifndef BENCH_NOTICE_H
#define BENCH_NOTICE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum { NOTICE_MAX = 640 };

/* Spreads neighbouring serials over all 64 bits, each to a value of its own (the finaliser of splitmix64). */
static inline uint64_t notice_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/*
 * endToEndId as the standard builds it: E, eight digits of the payer's institution, minute, a sequence of eleven letters
 * and digits. Sixteen institutions: an index over it grows in as many places. Some institutions draw the sequence by
 * lot: scattered.
 */
static inline void notice_id(char out[33], uint64_t serial, const struct tm *at, bool scattered)
{
	static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uint64_t v = scattered ? notice_mix(serial) : serial;
	int len = snprintf(out, 33, "E%08u%04d%02d%02d%02d%02d", 10203040u + (unsigned)(serial % 16) * 1111111u, at->tm_year + 1900, at->tm_mon + 1,
		at->tm_mday, at->tm_hour, at->tm_min);

	for (int i = 31; i >= len; i--, v /= 62)
		out[i] = letters[v % 62];
	out[32] = 0;
}

/* Returns the length; serials must differ for the notifications to differ. At most NOTICE_MAX - 1 bytes. */
static inline size_t notice_write(char out[NOTICE_MAX], uint64_t serial, time_t when, bool scattered)
{
	char id[33];
	struct tm at;

	gmtime_r(&when, &at);
	notice_id(id, serial, &at, scattered);
	return (size_t)snprintf(out, NOTICE_MAX,
		"{\"pix\":[{\"endToEndId\":\"%s\",\"txid\":\"bench%016llx%08llx\",\"chave\":\"5f0c9a51-3b7e-4d42-9c68-a1e07b2d4f93\","
		"\"valor\":\"%u.%02u\",\"horario\":\"%04d-%02d-%02dT%02d:%02d:%02d.000Z\","
		"\"infoPagador\":\"Pedido %010llu, duas camisetas e um boné, retirada no balcão em horário comercial; dúvidas pelo telefone da loja, "
		"de segunda a sexta\",\"gnExtras\":{\"tarifa\":\"1.19\",\"pagador\":{\"codigoBanco\":\"10203040\",\"cnpj\":\"**.***.456/0001-**\"}}}]}",
		id, (unsigned long long)notice_mix(~serial), (unsigned long long)(serial & 0xffffffffu), 100 + (unsigned)(serial % 900),
		(unsigned)(serial / 7 % 100), at.tm_year + 1900, at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec,
		(unsigned long long)(serial % 10000000000u));
}

/* Where a run's serials begin: no two runs within ten years of nanoseconds share one. */
static inline uint64_t notice_first(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

#endif
