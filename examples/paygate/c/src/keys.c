/* Keys and numbers that a terminal makes for itself. */
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "paygate.h"

/* Signs paper receipts; the bar code has room for 128 bytes of signature. */
RSA *pg_new_receipt_key(void)
{
    RSA *key = RSA_new();
    BIGNUM *exponent = BN_new();

    if (key == NULL || exponent == NULL || !BN_set_word(exponent, RSA_F4)
        || !RSA_generate_key_ex(key, 1024, exponent, NULL)) {
        RSA_free(key);
        key = NULL;
    }
    BN_free(exponent);
    return key;
}

/* Signs messages to the gateway. */
EVP_PKEY *pg_new_terminal_key(void)
{
    return EVP_EC_gen("SM2");
}

int pg_key_from_pin(const char *pin, const unsigned char *salt, int salt_length, unsigned char key[PG_KEY_BYTES])
{
    return PKCS5_PBKDF2_HMAC(pin, -1, salt, salt_length, 1000, EVP_sha256(), PG_KEY_BYTES, key);
}

int pg_new_nonce(unsigned char nonce[PG_NONCE_BYTES])
{
    return RAND_bytes(nonce, PG_NONCE_BYTES);
}

/* Number of a message on the link; the host refuses a number that it has seen that day. */
int pg_trace_number(void)
{
    return rand() % 1000000;
}
