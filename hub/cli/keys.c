#include "hub/cli/keys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/check.h"

#define SECONDS_A_DAY 86400L
#define NAMES_SIZE    1024
#define ID_CHARS_MAX  63

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
};

static void
identity_free(struct identity *identity)
{
	EVP_PKEY_free(identity->key);
	X509_free(identity->certificate);
}

static FILE *
open_in(const char *directory, const char *name, const char *mode, mode_t permissions)
{
	char path[4096];
	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
		return NULL;
	int flags = mode[0] == 'r' ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
	int fd = open(path, flags | O_CLOEXEC, permissions);
	if (fd < 0)
		return NULL;
	FILE *file = fdopen(fd, mode);
	if (!file)
		close(fd);
	return file;
}

static bool
store(const char *directory, const char *certificate_name, const char *key_name,
	const struct identity *identity)
{
	FILE *certificate = open_in(directory, certificate_name, "w", 0644);
	FILE *key = open_in(directory, key_name, "w", 0600);
	bool ok = certificate && key && PEM_write_X509(certificate, identity->certificate) == 1 &&
		  PEM_write_PrivateKey(key, identity->key, NULL, NULL, 0, NULL, NULL) == 1;
	if (certificate && fclose(certificate) != 0)
		ok = false;
	if (key && fclose(key) != 0)
		ok = false;
	return ok;
}

static bool
load_authority(const char *directory, struct identity *authority)
{
	FILE *certificate = open_in(directory, "ca.pem", "r", 0);
	FILE *key = open_in(directory, "ca.key", "r", 0);
	if (certificate && key) {
		authority->certificate = PEM_read_X509(certificate, NULL, NULL, NULL);
		authority->key = PEM_read_PrivateKey(key, NULL, NULL, NULL);
	}
	if (certificate)
		fclose(certificate);
	if (key)
		fclose(key);
	return authority->certificate && authority->key;
}

static bool
extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	bool ok = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

/* Key, serial number, validity and names; not signed yet. */
static bool
begin(struct identity *identity, const char *name, long days)
{
	unsigned char random[8];
	uint64_t serial = 0;
	if (RAND_bytes(random, sizeof(random)) != 1)
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		serial = serial << 8 | random[i];
	identity->key = EVP_EC_gen("P-256");
	identity->certificate = X509_new();
	X509 *certificate = identity->certificate;
	if (!identity->key || !certificate)
		return false;
	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -SECONDS_A_DAY);
	X509_gmtime_adj(X509_getm_notAfter(certificate), days * SECONDS_A_DAY);
	return X509_set_pubkey(certificate, identity->key) == 1 &&
	       X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
		       (const unsigned char *)name, -1, -1, 0) == 1;
}

static bool
make_authority(struct identity *authority, long days)
{
	if (!begin(authority, "Hansho throw-away authority", days))
		return false;
	X509 *certificate = authority->certificate;
	return X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1 &&
	       extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE") &&
	       extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	       extend(certificate, certificate, NID_subject_key_identifier, "hash") &&
	       X509_sign(certificate, authority->key, EVP_sha256()) > 0;
}

/* "DNS:localhost,IP:127.0.0.1" */
static bool
alternative_names(const char *const *hosts, size_t count, char out[NAMES_SIZE])
{
	size_t len = 0;
	for (size_t i = 0; i < count; i++) {
		struct in_addr address;
		const char *type = inet_pton(AF_INET, hosts[i], &address) == 1 ? "IP" : "DNS";
		int more = snprintf(
			out + len, NAMES_SIZE - len, "%s%s:%s", i ? "," : "", type, hosts[i]);
		if (more < 0 || (size_t)more >= NAMES_SIZE - len)
			return false;
		len += (size_t)more;
	}
	return count > 0;
}

static bool
make_server(struct identity *server, const struct identity *authority, const char *const *hosts,
	size_t count, long days)
{
	char names[NAMES_SIZE];
	if (!alternative_names(hosts, count, names) || !begin(server, hosts[0], days))
		return false;
	X509 *certificate = server->certificate, *issuer = authority->certificate;
	return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
	       extend(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
	       extend(certificate, issuer, NID_ext_key_usage, "serverAuth,clientAuth") &&
	       extend(certificate, issuer, NID_authority_key_identifier, "keyid") &&
	       extend(certificate, issuer, NID_subject_alt_name, names) &&
	       X509_sign(certificate, authority->key, EVP_sha256()) > 0;
}

/* The one of the directory, or a new one that is stored there. */
static bool
take_authority(const char *directory, struct identity *authority, long days)
{
	if (load_authority(directory, authority))
		return true;
	identity_free(authority);
	*authority = (struct identity){ NULL, NULL };
	return make_authority(authority, days) && store(directory, "ca.pem", "ca.key", authority);
}

enum hs_err
hs_keys_make(const char *directory, const char *const *hosts, size_t host_count, long days)
{
	struct identity authority = { NULL, NULL }, server = { NULL, NULL };
	bool ok = take_authority(directory, &authority, days) &&
		  make_server(&server, &authority, hosts, host_count, days) &&
		  store(directory, "server.pem", "server.key", &server);
	identity_free(&authority);
	identity_free(&server);
	return ok ? HS_OK : HS_ERR_IO;
}

/* ---- clients ---- */

bool
hs_keys_id_right(const char *id)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strlen(id);
	static const char *const ours[] = { "ca", "server", "crl" };
	for (size_t i = 0; i < HS_COUNT(ours); i++)
		if (strcmp(ours[i], id) == 0)
			return false;
	return len > 0 && len <= ID_CHARS_MAX && strspn(id, letters) == len && id[0] != '.';
}

static bool
make_client(struct identity *client, const struct identity *authority, const char *id,
	const char *lane, long days)
{
	char uri[NAMES_SIZE];
	snprintf(uri, sizeof(uri), "URI:urn:hansho:%s:%s", lane, id);
	if (!begin(client, id, days))
		return false;
	X509 *certificate = client->certificate, *issuer = authority->certificate;
	return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
	       extend(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
	       extend(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
	       extend(certificate, issuer, NID_ext_key_usage, "clientAuth") &&
	       extend(certificate, issuer, NID_authority_key_identifier, "keyid") &&
	       extend(certificate, issuer, NID_subject_alt_name, uri) &&
	       X509_sign(certificate, authority->key, EVP_sha256()) > 0;
}

enum hs_err
hs_keys_make_client(const char *directory, const char *id, const char *lane, long days)
{
	struct identity authority = { NULL, NULL }, client = { NULL, NULL };
	char certificate_name[ID_CHARS_MAX + 8], key_name[ID_CHARS_MAX + 8];
	snprintf(certificate_name, sizeof(certificate_name), "%s.pem", id);
	snprintf(key_name, sizeof(key_name), "%s.key", id);
	bool ok = take_authority(directory, &authority, days) &&
		  make_client(&client, &authority, id, lane, days) &&
		  store(directory, certificate_name, key_name, &client);
	identity_free(&authority);
	identity_free(&client);
	return ok ? HS_OK : HS_ERR_IO;
}

/* ---- revocation ---- */

static bool
list_begin(X509_CRL *list, const struct identity *authority)
{
	return X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
	       X509_CRL_set_issuer_name(list, X509_get_subject_name(authority->certificate)) == 1;
}

static bool
list_add(X509_CRL *list, const X509 *certificate)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *now = X509_gmtime_adj(NULL, 0);
	bool ok = entry && now &&
		  X509_REVOKED_set_serialNumber(entry,
			  (ASN1_INTEGER *)(uintptr_t)X509_get0_serialNumber(certificate)) == 1 &&
		  X509_REVOKED_set_revocationDate(entry, now) == 1 &&
		  X509_CRL_add0_revoked(list, entry) == 1;
	if (!ok)
		X509_REVOKED_free(entry);
	ASN1_TIME_free(now);
	return ok;
}

static bool
list_sign(X509_CRL *list, const struct identity *authority, long days)
{
	ASN1_TIME *now = X509_gmtime_adj(NULL, 0),
		  *next = X509_gmtime_adj(NULL, days * SECONDS_A_DAY);
	bool ok = now && next && X509_CRL_set1_lastUpdate(list, now) == 1 &&
		  X509_CRL_set1_nextUpdate(list, next) == 1 && X509_CRL_sort(list) == 1 &&
		  X509_CRL_sign(list, authority->key, EVP_sha256()) > 0;
	ASN1_TIME_free(now);
	ASN1_TIME_free(next);
	return ok;
}

/* A list that is not there yet is a new one; one that cannot be read is no reason to forget what it says. */
static X509_CRL *
load_list(const char *directory, const struct identity *authority)
{
	FILE *file = open_in(directory, "crl.pem", "r", 0);
	if (!file && errno != ENOENT)
		return NULL;
	X509_CRL *list = file ? PEM_read_X509_CRL(file, NULL, NULL, NULL) : X509_CRL_new();
	if (file)
		fclose(file);
	if (list && !file && !list_begin(list, authority)) {
		X509_CRL_free(list);
		return NULL;
	}
	return list;
}

/* Under another name first: a gate that looks just then finds the old one or the new one whole. */
static bool
store_list(const char *directory, X509_CRL *list)
{
	char from[4096], to[4096];
	FILE *file = open_in(directory, "crl.pem.new", "w", 0644);
	bool ok = file && PEM_write_X509_CRL(file, list) == 1;
	if (file && fclose(file) != 0)
		ok = false;
	return ok &&
	       snprintf(from, sizeof(from), "%s/crl.pem.new", directory) < (int)sizeof(from) &&
	       snprintf(to, sizeof(to), "%s/crl.pem", directory) < (int)sizeof(to) &&
	       rename(from, to) == 0;
}

static X509 *
load_certificate(const char *path)
{
	FILE *file = fopen(path, "re");
	X509 *certificate = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
	if (file)
		fclose(file);
	return certificate;
}

enum hs_err
hs_keys_revoke(const char *directory, const char *certificate_path, long days)
{
	struct identity authority = { NULL, NULL };
	X509 *certificate = load_certificate(certificate_path);
	X509_CRL *list = NULL;
	enum hs_err err = HS_ERR_IO;
	if (certificate && load_authority(directory, &authority))
		list = load_list(directory, &authority);
	if (!certificate ||
		(list && X509_verify(certificate, X509_get0_pubkey(authority.certificate)) != 1))
		err = HS_ERR_INVALID;
	else if (list && list_add(list, certificate) && list_sign(list, &authority, days) &&
		 store_list(directory, list))
		err = HS_OK;
	X509_CRL_free(list);
	X509_free(certificate);
	identity_free(&authority);
	return err;
}
