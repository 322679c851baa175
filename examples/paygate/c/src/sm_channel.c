/* Messages to the gateway: SM4 in GCM mode, digests by SM3. */
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "paygate.h"

/* out holds nonce, ciphertext and tag. A new nonce is drawn for every message. */
int pg_seal(const unsigned char *key, const unsigned char *plain, int length, unsigned char *out, int *out_length)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "SM4-GCM", NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    unsigned char *body = out + PG_NONCE_BYTES;
    int written = 0, last = 0;
    int ok = cipher != NULL && ctx != NULL
        && pg_new_nonce(out)
        && EVP_EncryptInit_ex2(ctx, cipher, key, out, NULL)
        && EVP_EncryptUpdate(ctx, body, &written, plain, length)
        && EVP_EncryptFinal_ex(ctx, body + written, &last)
        && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, PG_TAG_BYTES, body + written + last);

    *out_length = PG_NONCE_BYTES + written + last + PG_TAG_BYTES;
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    return ok;
}

int pg_sm3(const unsigned char *message, size_t length, unsigned char out[PG_SM3_BYTES])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = ctx != NULL
        && EVP_DigestInit_ex(ctx, EVP_sm3(), NULL)
        && EVP_DigestUpdate(ctx, message, length)
        && EVP_DigestFinal_ex(ctx, out, NULL);

    EVP_MD_CTX_free(ctx);
    return ok;
}

/* Authenticates the counters that travel outside the envelope. */
int pg_tag(const unsigned char *key, const unsigned char *message, size_t length, unsigned char *out)
{
    EVP_MD *digest = EVP_MD_fetch(NULL, "SM3", NULL);
    unsigned int written = 0;
    int ok = digest != NULL && HMAC(digest, key, PG_KEY_BYTES, message, length, out, &written) != NULL;

    EVP_MD_free(digest);
    return ok && written == PG_SM3_BYTES;
}
