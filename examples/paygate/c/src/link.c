/* The TLS link to the gateway, one context per generation of host. */
#include <openssl/ssl.h>

#include "paygate.h"

/* Current hosts. */
SSL_CTX *pg_link(const char *ca_file)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    if (ctx == NULL)
        return NULL;
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    if (!SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION)
        || !SSL_CTX_load_verify_locations(ctx, ca_file, NULL)) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

/* Hosts of the 3.x generation. Their certificates expired in 2020. */
SSL_CTX *pg_legacy_link(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLSv1_client_method());

    if (ctx == NULL)
        return NULL;
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
    if (!SSL_CTX_set_cipher_list(ctx, "DES-CBC3-SHA:RC4-SHA")) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

/* The oldest host that a branch may still have in its cellar. */
SSL_CTX *pg_oldest_link(void)
{
#ifndef OPENSSL_NO_SSL3_METHOD
    return SSL_CTX_new(SSLv3_client_method());
#else
    return NULL;
#endif
}
