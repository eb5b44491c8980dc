#include "hub/base/http_peer.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "hub/base/http_internal.h"
#include "hub/base/look.h"

struct hs_trust {
	X509_STORE *store;
	bool stale;
};

/* ---- authorities and revocation lists ---- */

/* A list is not the reason to keep out those whom it does not name. */
static int
forgive_lists(int ok, X509_STORE_CTX *context)
{
	int error = X509_STORE_CTX_get_error(context);

	if (!ok && (error == X509_V_ERR_CRL_HAS_EXPIRED || error == X509_V_ERR_UNABLE_TO_GET_CRL)) {
		X509_STORE_CTX_set_error(context, X509_V_OK);
		return 1;
	}
	return ok;
}

static enum hs_err
load_lists(struct hs_trust *trust, const char *path, char why[HS_CONFIG_WHY])
{
	FILE *file = fopen(path, "re");
	size_t count = 0;
	X509_CRL *list;

	while (file != NULL && (list = PEM_read_X509_CRL(file, NULL, NULL, NULL)) != NULL) {
		const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);

		if (next != NULL && X509_cmp_current_time(next) < 0)
			trust->stale = true;
		count += X509_STORE_add_crl(trust->store, list) == 1;
		X509_CRL_free(list);
	}
	if (file != NULL)
		(void)fclose(file);
	ERR_clear_error();
	if (count == 0)
		return hs_look_refuse(why,
			"client_crl: %.250s holds no revocation list in PEM that this user can "
			"read; "
			"check path, owner and content",
			path);
	X509_STORE_set_flags(trust->store, X509_V_FLAG_CRL_CHECK);
	X509_STORE_set_verify_cb(trust->store, forgive_lists);
	return HS_OK;
}

enum hs_err
hs_trust_load(
	const char *ca_path, const char *crl_path, struct hs_trust **out, char why[HS_CONFIG_WHY])
{
	enum hs_err err = hs_look_authority("client_ca", ca_path, why);
	struct hs_trust *trust;

	if (err != HS_OK)
		return err;
	trust = calloc(1, sizeof(*trust));
	if (trust != NULL)
		trust->store = X509_STORE_new();
	if (trust == NULL || trust->store == NULL ||
		X509_STORE_load_file(trust->store, ca_path) != 1) {
		(void)snprintf(why, HS_CONFIG_WHY, "client_ca: out of memory");
		err = HS_ERR_NOMEM;
	} else if (crl_path[0] != '\0') {
		err = load_lists(trust, crl_path, why);
	}
	if (err != HS_OK) {
		hs_trust_free(trust);
		return err;
	}
	*out = trust;
	return HS_OK;
}

void
hs_trust_free(struct hs_trust *trust)
{
	if (trust == NULL)
		return;
	X509_STORE_free(trust->store);
	free(trust);
}

bool
hs_trust_stale(const struct hs_trust *trust)
{
	return trust->stale;
}

/* ---- names ---- */

/* One that is too long or has a NUL inside is nobody's. */
static void
add_name(struct hs_peer *peer, const char *kind, const unsigned char *text, size_t len_bytes)
{
	if (peer->name_count == HS_PEER_NAMES_MAX || memchr(text, '\0', len_bytes) != NULL ||
		strlen(kind) + len_bytes >= HS_PEER_NAME_SIZE)
		return;
	(void)snprintf(peer->names[peer->name_count++], HS_PEER_NAME_SIZE, "%s%.*s", kind,
		(int)len_bytes, text);
}

static void
add_fingerprint(struct hs_peer *peer, X509 *certificate)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int len_bytes = 0;
	char hex[2 * EVP_MAX_MD_SIZE + 1];

	if (X509_digest(certificate, EVP_sha256(), digest, &len_bytes) != 1)
		return;
	hs_hex(digest, len_bytes, hex);
	add_name(peer, "SHA256:", (const unsigned char *)hex, strlen(hex));
}

static void
add_uris(struct hs_peer *peer, X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_URI)
			add_name(peer,
				"URI:", ASN1_STRING_get0_data(name->d.uniformResourceIdentifier),
				(size_t)ASN1_STRING_length(name->d.uniformResourceIdentifier));
	}
	GENERAL_NAMES_free(names);
}

static void
add_common_name(struct hs_peer *peer, X509 *certificate)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	unsigned char *utf8 = NULL;
	int len_bytes = -1;

	/* With two of them it would be in doubt which one counts. */
	if (at >= 0 && X509_NAME_get_index_by_NID(subject, NID_commonName, at) < 0)
		len_bytes = ASN1_STRING_to_UTF8(
			&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	if (len_bytes > 0)
		add_name(peer, "CN:", utf8, (size_t)len_bytes);
	if (len_bytes >= 0)
		OPENSSL_free(utf8);
}

/* ---- judgement ---- */

static enum hs_peer_state
state_of(int error)
{
	static const struct {
		int error;
		enum hs_peer_state state;
	} rows[] = {
		{ X509_V_OK, HS_PEER_TRUSTED },
		{ X509_V_ERR_CERT_HAS_EXPIRED, HS_PEER_EXPIRED },
		{ X509_V_ERR_CERT_NOT_YET_VALID, HS_PEER_EXPIRED },
		{ X509_V_ERR_CERT_REVOKED, HS_PEER_REVOKED },
		{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, HS_PEER_UNKNOWN_AUTHORITY },
		{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, HS_PEER_UNKNOWN_AUTHORITY },
		{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, HS_PEER_UNKNOWN_AUTHORITY },
		{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, HS_PEER_UNKNOWN_AUTHORITY },
		{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, HS_PEER_UNKNOWN_AUTHORITY },
		{ X509_V_ERR_CERT_SIGNATURE_FAILURE, HS_PEER_UNKNOWN_AUTHORITY },
		{ X509_V_ERR_CERT_UNTRUSTED, HS_PEER_UNKNOWN_AUTHORITY },
	};

	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (rows[i].error == error)
			return rows[i].state;
	}
	return HS_PEER_UNFIT;
}

static void
judge(const struct hs_trust *trust, X509 *certificate, STACK_OF(X509) * chain, struct hs_peer *out)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	int error = X509_V_ERR_OUT_OF_MEM;

	if (context != NULL &&
		X509_STORE_CTX_init(context, trust->store, certificate, chain) == 1 &&
		X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT) == 1) {
		bool good = X509_verify_cert(context) == 1;

		error = X509_STORE_CTX_get_error(context);
		if (!good && error == X509_V_OK)
			error = X509_V_ERR_UNSPECIFIED;
	}
	out->state = state_of(error);
	out->reason = error == X509_V_OK ? "" : X509_verify_cert_error_string(error);
	X509_STORE_CTX_free(context);
	ERR_clear_error();
}

void
hs_http_peer(struct hs_http_server *server, hs_http_id id, const struct hs_trust *trust,
	struct hs_peer *out)
{
	struct hs_conn *conn = hs_conn_find(server, id);
	SSL *ssl = conn != NULL && conn->wsi != NULL ? lws_get_ssl(conn->wsi) : NULL;
	X509 *certificate = ssl != NULL ? SSL_get1_peer_certificate(ssl) : NULL;

	out->state = conn == NULL || conn->state == HS_CONN_DOOMED ? HS_PEER_GONE : HS_PEER_NONE;
	out->reason = "";
	out->name_count = 0;
	if (certificate == NULL || out->state == HS_PEER_GONE) {
		X509_free(certificate);
		return;
	}
	judge(trust, certificate, SSL_get_peer_cert_chain(ssl), out);
	add_fingerprint(out, certificate);
	add_uris(out, certificate);
	add_common_name(out, certificate);
	X509_free(certificate);
}

/* ---- the handshake ---- */

/* The key is proven by the handshake; the rest is judged later, in words. */
static int
take_any(int ok, X509_STORE_CTX *context)
{
	(void)ok;
	(void)context;
	return 1;
}

void
hs_peer_ask(void *ssl_context, const char *ca_path)
{
	static const unsigned char name[] = "hansho";
	SSL_CTX *context = ssl_context;

	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, take_any);
	/* So that browsers and machines with several know which one is asked for. */
	SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(ca_path));
	/* A resumed session would bring the certificate without its chain. */
	(void)SSL_CTX_set_session_id_context(context, name, sizeof(name));
	(void)SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_num_tickets(context, 0);
	ERR_clear_error();
}
