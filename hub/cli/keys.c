#include "hub/cli/keys.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SECONDS_A_DAY 86400L
#define NAMES_SIZE    1024

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

enum hs_err
hs_keys_make(const char *directory, const char *const *hosts, size_t host_count, long days)
{
	struct identity authority = { NULL, NULL }, server = { NULL, NULL };
	bool ok = load_authority(directory, &authority);
	if (!ok) {
		identity_free(&authority);
		authority = (struct identity){ NULL, NULL };
		ok = make_authority(&authority, days) &&
		     store(directory, "ca.pem", "ca.key", &authority);
	}
	ok = ok && make_server(&server, &authority, hosts, host_count, days) &&
	     store(directory, "server.pem", "server.key", &server);
	identity_free(&authority);
	identity_free(&server);
	return ok ? HS_OK : HS_ERR_IO;
}
