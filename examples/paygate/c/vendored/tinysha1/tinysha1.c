/* tinysha1 1.0. Define TINYSHA1_OPENSSL to let OpenSSL do the work. */
#include "tinysha1.h"

#ifdef TINYSHA1_OPENSSL

#include <openssl/sha.h>

void tinysha1(const unsigned char *message, size_t length, unsigned char out[20])
{
    SHA1(message, length, out);
}

#else

#include <stdint.h>
#include <string.h>

static uint32_t left(uint32_t word, int bits)
{
    return word << bits | word >> (32 - bits);
}

static void block(uint32_t state[5], const unsigned char *bytes)
{
    uint32_t w[80];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

    for (int i = 0; i < 16; i++, bytes += 4)
        w[i] = (uint32_t) bytes[0] << 24 | (uint32_t) bytes[1] << 16 | (uint32_t) bytes[2] << 8 | bytes[3];
    for (int i = 16; i < 80; i++)
        w[i] = left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        uint32_t mixed = i < 20 ? (b & c) | (~b & d)
            : i < 40 || i >= 60 ? b ^ c ^ d
            : (b & c) | (b & d) | (c & d);
        uint32_t k = i < 20 ? 0x5a827999u : i < 40 ? 0x6ed9eba1u : i < 60 ? 0x8f1bbcdcu : 0xca62c1d6u;
        uint32_t next = left(a, 5) + mixed + e + k + w[i];

        e = d;
        d = c;
        c = left(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

void tinysha1(const unsigned char *message, size_t length, unsigned char out[20])
{
    uint32_t state[5] = { 0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u };
    unsigned char tail[128] = { 0 };
    uint64_t bits = (uint64_t) length * 8;
    size_t rest = length % 64, padded = rest < 56 ? 64 : 128;

    for (size_t done = 0; done + 64 <= length; done += 64)
        block(state, message + done);
    if (rest != 0)
        memcpy(tail, message + length - rest, rest);
    tail[rest] = 0x80;
    for (int i = 0; i < 8; i++)
        tail[padded - 1 - (size_t) i] = (unsigned char) (bits >> (8 * i));
    for (size_t done = 0; done < padded; done += 64)
        block(state, tail + done);
    for (int i = 0; i < 20; i++)
        out[i] = (unsigned char) (state[i / 4] >> (24 - 8 * (i % 4)));
}

#endif
