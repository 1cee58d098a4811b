/* Letters of ASCII without regard to case, whatever the locale: names of members, Pix keys, event names. */
#ifndef LIB_ASCII_H
#define LIB_ASCII_H

static inline unsigned char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : (unsigned char)c;
}

/* As strcmp over the lower-case forms. */
static inline int ascii_casecmp(const char *a, const char *b)
{
	while (*a && ascii_lower(*a) == ascii_lower(*b)) {
		a++;
		b++;
	}
	return (int)ascii_lower(*a) - (int)ascii_lower(*b);
}

#endif
