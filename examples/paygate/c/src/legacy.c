/* Hosts of the 3.x generation. Compiled in as long as one acquirer still runs such a host. */
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/rc4.h>

#include "paygate.h"

/* Set at the factory, the same in every terminal of the first fleet. */
static const unsigned char fleet_key[24] = "0123456789abcdef01234567";

int pg_legacy_seal(const unsigned char *iv, const unsigned char *plain, int length, unsigned char *out, int *out_length)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int written = 0, last = 0;
    int ok = ctx != NULL
        && EVP_EncryptInit_ex(ctx, EVP_des_ede3_cbc(), NULL, fleet_key, iv)
        && EVP_EncryptUpdate(ctx, out, &written, plain, length)
        && EVP_EncryptFinal_ex(ctx, out + written, &last);

    *out_length = written + last;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

/* Text for the customer display. */
int pg_legacy_stream(const unsigned char *key, const unsigned char *plain, int length, unsigned char *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *cipher = EVP_rc4();
    int written = 0;
    int ok = ctx != NULL
        && EVP_EncryptInit_ex(ctx, cipher, NULL, key, NULL)
        && EVP_EncryptUpdate(ctx, out, &written, plain, length);

    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

/* Software image check of the first fleet. */
int pg_legacy_digest(const unsigned char *message, size_t length, unsigned char out[16])
{
    MD5_CTX ctx;

    return MD5_Init(&ctx) && MD5_Update(&ctx, message, length) && MD5_Final(out, &ctx);
}

int pg_receipt_digest(const unsigned char *message, size_t length, unsigned char *out, unsigned int *out_length)
{
    const EVP_MD *digest = EVP_get_digestbyname(PG_RECEIPT_DIGEST);

    return digest != NULL && EVP_Digest(message, length, out, out_length, digest, NULL);
}

#if 0
/* Hosts of the 2.x generation, the last of which was switched off in 2019. */
int pg_v2_block(const unsigned char *key, const unsigned char *block, unsigned char *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int written = 0;

    return EVP_EncryptInit_ex(ctx, EVP_des_ecb(), NULL, key, NULL)
        && EVP_EncryptUpdate(ctx, out, &written, block, 8);
}
#endif
