/* signature_keys.c: certificates of the senders, from PEM to keys. */
#include "hub/gate/signature_keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192 /* more costs time and gives nothing */

bool
hs_signature_key_counts(const struct hs_signature_key *key, int64_t at_unix_us)
{
	return at_unix_us >= key->from_unix_us && at_unix_us <= key->until_unix_us;
}

static bool
read_time(const ASN1_TIME *time, int64_t *out_unix_us)
{
	struct tm parts;

	if (ASN1_TIME_to_tm(time, &parts) != 1)
		return false;
	*out_unix_us = (int64_t)timegm(&parts) * HS_US_PER_S;
	return true;
}

/* NULL when the key is of a kind that is taken, else what is wrong with it. */
static const char *
read_key(X509 *cert, struct hs_signature_key *out)
{
	char curve[32] = "";
	size_t len;
	int bits;

	out->key = X509_get_pubkey(cert);
	if (out->key == NULL)
		return "its public key cannot be read";
	bits = EVP_PKEY_get_bits(out->key);
	if (EVP_PKEY_is_a(out->key, "RSA")) {
		out->kind = HS_SIGNATURE_RSA;
		return bits < RSA_BITS_MIN || bits > RSA_BITS_MAX
			       ? "its RSA key has not 2048 to 8192 bits"
			       : NULL;
	}
	out->kind = HS_SIGNATURE_ECDSA;
	if (EVP_PKEY_is_a(out->key, "EC") &&
		EVP_PKEY_get_utf8_string_param(
			out->key, OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof(curve), &len) == 1 &&
		strcmp(curve, SN_X9_62_prime256v1) == 0)
		return NULL;
	return "its key is neither RSA nor ECDSA on P-256";
}

static const char *
read_certificate(X509 *cert, struct hs_signature_key *out)
{
	const uint32_t signing = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;

	if (!read_time(X509_get0_notBefore(cert), &out->from_unix_us) ||
		!read_time(X509_get0_notAfter(cert), &out->until_unix_us))
		return "its validity cannot be read";
	if ((X509_get_key_usage(cert) & signing) == 0)
		return "its keyUsage does not allow signatures";
	return read_key(cert, out);
}

/* NULL, or what is wrong. */
static const char *
read_file(const char *path, struct hs_signature_key *out)
{
	FILE *file = fopen(path, "re");
	const char *wrong;
	X509 *cert, *more;

	if (file == NULL)
		return "cannot be opened";
	cert = PEM_read_X509(file, NULL, NULL, NULL);
	more = cert != NULL ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
	(void)fclose(file);
	if (cert == NULL)
		wrong = "holds no certificate in PEM";
	else if (more != NULL)
		wrong = "holds more than one certificate; only the sender's own belongs there";
	else
		wrong = read_certificate(cert, out);
	X509_free(more);
	X509_free(cert);
	return wrong;
}

static void
log_validity(const char *path, const struct hs_signature_key *key)
{
	char until[HS_RFC3339_SIZE];

	if (hs_signature_key_counts(key, hs_clock_unix_us()))
		return;
	hs_rfc3339_format(key->until_unix_us, 0, until);
	hs_warn("gate.signature_cert_not_valid", "path=%s until=%s", path, until);
}

enum hs_err
hs_signature_keys_load(struct hs_signature_settings *settings, char why[HS_CONFIG_WHY])
{
	const struct hs_config_texts *certs = &settings->certs;
	struct hs_signature_keys *keys;

	if (settings->mode == HS_SIGNATURE_REQUIRED && certs->count == 0) {
		(void)snprintf(why, HS_CONFIG_WHY,
			"signature is required, but signature_cert is empty; name the sender's "
			"certificate, or set signature to optional");
		return HS_ERR_CONFIG;
	}
	if (certs->count == 0)
		return HS_OK;
	keys = calloc(1, sizeof(*keys) + certs->count * sizeof(keys->rows[0]));
	if (keys == NULL) {
		(void)snprintf(why, HS_CONFIG_WHY, "out of memory");
		return HS_ERR_NOMEM;
	}
	settings->keys = keys;
	for (size_t i = 0; i < certs->count; i++) {
		const char *wrong = read_file(certs->items[i], &keys->rows[keys->count++]);

		if (wrong != NULL) {
			(void)snprintf(why, HS_CONFIG_WHY,
				"signature_cert %.200s %s; give the sender's certificate as PEM, "
				"one in a file",
				certs->items[i], wrong);
			return HS_ERR_CONFIG;
		}
		log_validity(certs->items[i], &keys->rows[i]);
	}
	return HS_OK;
}

void
hs_signature_keys_free(struct hs_signature_keys *keys)
{
	for (size_t i = 0; keys != NULL && i < keys->count; i++)
		EVP_PKEY_free(keys->rows[i].key);
	free(keys);
}
