/* PayGate terminal client: what the source files offer each other.
 * Functions return 1 on success and 0 on failure, as OpenSSL does. */
#ifndef PAYGATE_H
#define PAYGATE_H

#include <stddef.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#define PG_KEY_BYTES 16
#define PG_NONCE_BYTES 12
#define PG_TAG_BYTES 16
#define PG_SM3_BYTES 32

/* Digest on the paper receipt. Fixed by the receipt format of 2011. */
#define PG_RECEIPT_DIGEST "SHA1"

/* Names of the host protocol. PG_ALG_MD5 was assigned in 2.x and is never sent again. */
enum pg_algorithm { PG_ALG_NONE, PG_ALG_MD5, PG_ALG_SM3, PG_ALG_SM4_GCM };

/* sm_channel.c: messages to the gateway */
int pg_seal(const unsigned char *key, const unsigned char *plain, int length, unsigned char *out, int *out_length);
int pg_sm3(const unsigned char *message, size_t length, unsigned char out[PG_SM3_BYTES]);
int pg_tag(const unsigned char *key, const unsigned char *message, size_t length, unsigned char *out);

/* legacy.c: hosts of the 3.x generation */
int pg_legacy_seal(const unsigned char *iv, const unsigned char *plain, int length, unsigned char *out, int *out_length);
int pg_legacy_stream(const unsigned char *key, const unsigned char *plain, int length, unsigned char *out);
int pg_legacy_digest(const unsigned char *message, size_t length, unsigned char out[16]);
int pg_receipt_digest(const unsigned char *message, size_t length, unsigned char *out, unsigned int *out_length);

/* keys.c */
RSA *pg_new_receipt_key(void);
EVP_PKEY *pg_new_terminal_key(void);
int pg_key_from_pin(const char *pin, const unsigned char *salt, int salt_length, unsigned char key[PG_KEY_BYTES]);
int pg_new_nonce(unsigned char nonce[PG_NONCE_BYTES]);
int pg_trace_number(void);

/* link.c */
SSL_CTX *pg_link(const char *ca_file);
SSL_CTX *pg_legacy_link(void);
SSL_CTX *pg_oldest_link(void);

/* digests.c */
int pg_digest_by_id(int id, const void *message, size_t length, unsigned char *out, unsigned int *out_length);

#endif
