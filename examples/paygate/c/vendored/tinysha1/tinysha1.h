/* tinysha1 1.0: SHA-1 of a byte string (FIPS 180-4), for programs that name things by content. */
#ifndef TINYSHA1_H
#define TINYSHA1_H

#include <stddef.h>

void tinysha1(const unsigned char *message, size_t length, unsigned char out[20]);

#endif
