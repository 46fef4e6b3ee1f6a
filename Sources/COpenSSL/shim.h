// libssl and libcrypto. Swift does not import function-like macros and variadic functions, so those in use are wrapped
// here, each as one static inline function of the same meaning.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

static inline int copenssl_ctx_set_min_proto_version(SSL_CTX *ctx, int version) {
  return SSL_CTX_set_min_proto_version(ctx, version);
}

static inline int copenssl_ctx_set_max_proto_version(SSL_CTX *ctx, int version) {
  return SSL_CTX_set_max_proto_version(ctx, version);
}

static inline void copenssl_ctx_set_mode(SSL_CTX *ctx, long mode) { SSL_CTX_set_mode(ctx, mode); }

static inline int copenssl_ctx_set_groups_list(SSL_CTX *ctx, const char *groups) {
  return SSL_CTX_set1_groups_list(ctx, groups);
}

static inline void copenssl_ctx_set_session_cache_mode(SSL_CTX *ctx, long mode) {
  SSL_CTX_set_session_cache_mode(ctx, mode);
}

static inline long copenssl_ctx_build_cert_chain(SSL_CTX *ctx, long flags) {
  return SSL_CTX_build_cert_chain(ctx, flags);
}

static inline void copenssl_ctx_set_max_cert_list(SSL_CTX *ctx, long bytes) { SSL_CTX_set_max_cert_list(ctx, bytes); }

static inline int copenssl_set_server_name(SSL *ssl, const char *name) {
  return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline void copenssl_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

static inline void copenssl_bio_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }

static inline long copenssl_bio_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }

static inline int copenssl_error_is_reason(unsigned long code, int library, int reason) {
  return ERR_GET_LIB(code) == library && ERR_GET_REASON(code) == reason;
}

static inline int copenssl_error_reason(unsigned long code) { return ERR_GET_REASON(code); }

static inline int copenssl_error_library(unsigned long code) { return ERR_GET_LIB(code); }

static inline int copenssl_general_name_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }

static inline GENERAL_NAME *copenssl_general_name_at(const GENERAL_NAMES *names, int index) {
  return sk_GENERAL_NAME_value(names, index);
}

// The IA5String of a DNS or URI name, NULL for other kinds. GENERAL_NAME is a union that Swift imports without its tag's meaning.
static inline const ASN1_STRING *copenssl_general_name_text(const GENERAL_NAME *name) {
  if (name->type == GEN_DNS) return name->d.dNSName;
  if (name->type == GEN_URI) return name->d.uniformResourceIdentifier;
  return NULL;
}

static inline const ASN1_OCTET_STRING *copenssl_general_name_address(const GENERAL_NAME *name) {
  return name->type == GEN_IPADD ? name->d.iPAddress : NULL;
}

static inline int copenssl_general_name_type(const GENERAL_NAME *name) { return name->type; }

static inline const EVP_MD *copenssl_sha256(void) { return EVP_sha256(); }

static inline long copenssl_ctx_add_chain_certificate(SSL_CTX *ctx, X509 *certificate) {
  return SSL_CTX_add0_chain_cert(ctx, certificate);
}

static inline int copenssl_object_count(const STACK_OF(X509_OBJECT) *objects) { return sk_X509_OBJECT_num(objects); }

static inline X509 *copenssl_object_certificate(const STACK_OF(X509_OBJECT) *objects, int index) {
  return X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, index));
}

// No TLS compression (CRIME), no renegotiation (RFC 9113 9.2.1), the server's order of ciphers; a peer that closes
// without close_notify is no error, since HTTP/2 has its own ends.
static inline void copenssl_ctx_set_safe_options(SSL_CTX *ctx) {
  SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
}

static inline void copenssl_ctx_set_no_resumption(SSL_CTX *ctx) {
  SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(ctx, 0);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
}

static inline int copenssl_name_print_rfc2253(BIO *bio, const X509_NAME *name) {
  return X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}

static inline void copenssl_ctx_set_servername_callback(SSL_CTX *ctx, int (*callback)(SSL *, int *, void *)) {
  SSL_CTX_set_tlsext_servername_callback(ctx, callback);
}

// Sessions are resumed from tickets alone: the server keeps none.
static inline void copenssl_ctx_set_no_session_cache(SSL_CTX *ctx) {
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
}
