/* paygate-terminal FILE: seal one message for the gateway and print its SM3 digest.
 *
 * History: until 2.x the program called MD5_Init(&ctx) here and sent the result in clear. The host now
 * refuses such messages, see refuse() below; "DES" in the list of models is the desk series, not a cipher. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paygate.h"
#include "tinysha1.h"

#define MESSAGE_LIMIT 4096

static const char *const models[] = { "DES-200", "DES-400", "RC4-mobile" };

/* Explains why a host profile of 2.x is not taken. */
static int refuse(enum pg_algorithm asked)
{
    if (asked == PG_ALG_MD5) {
        fputs("MD5 is refused: EVP_md5() left the protocol in 3.0\n", stderr);
        return 1;
    }
    return 0;
}

static int print_digest(const unsigned char *message, size_t length)
{
    unsigned char digest[PG_SM3_BYTES];

    if (!pg_sm3(message, length, digest))
        return 0;
    for (size_t i = 0; i < sizeof digest; i++)
        printf("%02x", digest[i]);
    putchar('\n');
    return 1;
}

/* Receipts are numbered by content, so that a reprint keeps its number. */
static unsigned receipt_number(const unsigned char *message, size_t length)
{
    unsigned char name[20];

    tinysha1(message, length, name);
    return ((unsigned) name[0] << 16 | (unsigned) name[1] << 8 | name[2]) % 1000000;
}

int main(int argc, char **argv)
{
    unsigned char message[MESSAGE_LIMIT];
    unsigned char sealed[MESSAGE_LIMIT + PG_NONCE_BYTES + PG_TAG_BYTES];
    unsigned char key[PG_KEY_BYTES];
    const char *pin = getenv("PAYGATE_PIN");
    const char *model = getenv("PAYGATE_MODEL");
    int sealed_length = 0;

    if (argc != 2 || pin == NULL || refuse(PG_ALG_SM4_GCM)) {
        fputs("usage: PAYGATE_PIN=... paygate-terminal FILE\n", stderr);
        return 2;
    }
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL) {
        perror(argv[1]);
        return 1;
    }
    size_t length = fread(message, 1, sizeof message, file);
    fclose(file);

    if (!pg_key_from_pin(pin, (const unsigned char *) argv[1], (int) strlen(argv[1]), key)
        || !pg_seal(key, message, (int) length, sealed, &sealed_length) || !print_digest(message, length)) {
        fputs("the message could not be sealed\n", stderr);
        return 1;
    }
    printf("%s %06u %d bytes, trace %06d\n", model != NULL ? model : models[0], receipt_number(message, length),
           sealed_length, pg_trace_number());
    return 0;
}
