/* http_tls.c: certificates and keys, looked at before anything uses them (look.h). */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>

#include "hub/base/look.h"

static const char *
reason(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_last_error());

	return text != NULL ? text : "not readable";
}

static enum hs_err
no_certificate(char why[HS_CONFIG_WHY], const char *key, const char *path)
{
	return hs_look_refuse(why,
		"%s: %.250s holds no certificate in PEM that this user can read (%.60s); check "
		"path, "
		"owner and content",
		key, path, reason());
}

/* A certificate chain and its key, in one file or in two. */
static enum hs_err
look_pair(SSL_CTX *ctx, const char *const keys[2], const char *cert_path, const char *key_path,
	char why[HS_CONFIG_WHY])
{
	if (SSL_CTX_use_certificate_chain_file(ctx, cert_path) != 1)
		return no_certificate(why, keys[0], cert_path);
	if (SSL_CTX_use_PrivateKey_file(ctx, key_path, SSL_FILETYPE_PEM) != 1)
		return hs_look_refuse(why,
			"%s: %.250s holds no key in PEM that this user can read, or that of "
			"another "
			"certificate (%.60s); check path, owner and that the two were made "
			"together",
			keys[1], key_path, reason());
	return HS_OK;
}

enum hs_err
hs_look_server_tls(const char *cert_path, const char *key_path, char why[HS_CONFIG_WHY])
{
	static const char *const keys[2] = { "tls_cert", "tls_key" };
	bool cert = cert_path[0] != '\0', key = key_path[0] != '\0';
	SSL_CTX *ctx = NULL;

	if (!cert && !key)
		return HS_OK;
	if (cert != key)
		return hs_look_refuse(why,
			"%s is given and %s is not; give both, or neither to serve "
			"without TLS",
			keys[cert ? 0 : 1], keys[cert ? 1 : 0]);
	ctx = SSL_CTX_new(TLS_server_method());
	if (ctx == NULL)
		return HS_ERR_NOMEM;
	enum hs_err err = look_pair(ctx, keys, cert_path, key_path, why);
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return err;
}

enum hs_err
hs_look_authority(const char *key, const char *path, char why[HS_CONFIG_WHY])
{
	X509_STORE *store = X509_STORE_new();
	enum hs_err err = HS_OK;

	if (store == NULL)
		return HS_ERR_NOMEM;
	if (X509_STORE_load_file(store, path) != 1)
		err = no_certificate(why, key, path);
	ERR_clear_error();
	X509_STORE_free(store);
	return err;
}

enum hs_err
hs_look_link_tls(const struct hs_look_link *link, char why[HS_CONFIG_WHY])
{
	char ca[128], cert_key[128];
	const char *const keys[2] = { cert_key, cert_key };
	SSL_CTX *ctx = NULL;

	(void)snprintf(ca, sizeof(ca), "%.80s%stls_ca", link->place, link->prefix);
	(void)snprintf(
		cert_key, sizeof(cert_key), "%.80s%stls_cert_key", link->place, link->prefix);
	if (link->tls_ca[0] == '\0' || link->tls_cert_key[0] == '\0')
		return hs_look_refuse(why, "%s is missing; %.200s needs it",
			link->tls_ca[0] == '\0' ? ca : cert_key, link->url);
	ctx = SSL_CTX_new(TLS_method());
	if (ctx == NULL)
		return HS_ERR_NOMEM;
	enum hs_err err = hs_look_authority(ca, link->tls_ca, why);
	if (err == HS_OK)
		err = look_pair(ctx, keys, link->tls_cert_key, link->tls_cert_key, why);
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return err;
}
