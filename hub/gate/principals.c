#include "hub/gate/principals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "hub/gate/certificate_name.h"
#include "hub/gate/principals_check.h"

struct file {
	struct hs_config_list principals;
};

struct hs_principals {
	struct file file;
	struct hs_config *config;
	size_t holds; /* the owner's, and one for each principal that is kept */
};

#define CERTIFICATES_MAX 20

#define AT(member)	   offsetof(struct hs_principal, member)
#define DELEGATION(member) offsetof(struct hs_delegation, member)

/* clang-format off */
static const struct hs_config_item DELEGATION_ITEMS[] = {
	{ "areas", HS_CONFIG_TEXTS, DELEGATION(areas), "codes", 0, 2000, "",
		"municipalities (6 or 5 digits) or prefectures (2 digits) that it may enter for", NULL },
	{ "of", HS_CONFIG_TEXT, DELEGATION(of), "id", 0, 63, "",
		"instead of areas: the principal of this file whose areas they are", NULL },
	{ "kinds", HS_CONFIG_TEXTS, DELEGATION(kinds), "words", 0, 40, "",
		"kinds of messages: evacuation, shelter …, or !kind for all others; empty: all", NULL },
	{ "from", HS_CONFIG_TEXT, DELEGATION(from), "RFC 3339", 1, 40, NULL,
		"first moment: 2026-06-01T00:00:00+09:00", NULL },
	{ "to", HS_CONFIG_TEXT, DELEGATION(to), "RFC 3339", 1, 40, NULL,
		"first moment at which it is over", NULL },
};
static const struct hs_config_record DELEGATION_RECORD = { DELEGATION_ITEMS,
	HS_COUNT(DELEGATION_ITEMS), sizeof(struct hs_delegation) };
static const struct hs_config_item ITEMS[] = {
	{ "id", HS_CONFIG_TEXT, AT(id), "name", 1, 63, NULL, "stable name in journal and logs", NULL },
	{ "organisation", HS_CONFIG_TEXT, AT(organisation), "name", 1, 400, NULL,
		"publishing organisation: 架空市", NULL },
	{ "office", HS_CONFIG_TEXT, AT(office), "name", 0, 400, "", "publishing office: 防災課", NULL },
	{ "code", HS_CONFIG_TEXT, AT(code), "6 digits", 6, 6, NULL, "own organisation code", NULL },
	{ "areas", HS_CONFIG_TEXTS, AT(areas), "codes", 0, 2000, "",
		"municipalities (6 or 5 digits) or prefectures (2 digits) that it may speak for; a sender needs one, or a delegation", NULL },
	{ "statuses", HS_CONFIG_TEXTS, AT(statuses), "words", 1, 4, NULL,
		"Actual on a live gate; Exercise, Test, System on a drill gate", NULL },
	{ "username", HS_CONFIG_TEXT, AT(username), "name", 0, 200, "",
		"for the form, Basic and SOAP; empty when it has only a token", NULL },
	{ "password", HS_CONFIG_TEXT, AT(password), "secret", 0, 400, "", "belongs to username", NULL },
	{ "token", HS_CONFIG_TEXT, AT(token), "secret", 0, 400, "", "bearer token of machines", NULL },
	{ "source", HS_CONFIG_TEXT, AT(source), "domain", 0, 200, "",
		"senderID of its documents; a sender needs one", NULL },
	{ "role", HS_CONFIG_ENUM, AT(role), HS_ROLE_WORDS, 0, 0, "sender",
		"sender: for its own areas; relayer: passes on what others said; adapter: sends nothing; operator: sees everybody's "
		"submissions, sends nothing; drill_leader: sends and sees all, on the drill lane only", NULL },
	{ "kinds", HS_CONFIG_TEXTS, AT(kinds), "words", 0, 40, "",
		"kinds of messages that it may send: evacuation, shelter …, or !kind for all others; empty: all", NULL },
	{ "formats", HS_CONFIG_TEXTS, AT(formats), "words", 0, 8, "",
		"formats of its documents: lalert, jma, cap; empty: lalert, and for a relayer all", NULL },
	{ "delegations", HS_CONFIG_LIST, AT(delegations), "records", 0, 1000, "",
		"areas of others that it may enter for, for a time (代行入力); outlets show who entered it", &DELEGATION_RECORD },
	{ "certificates", HS_CONFIG_TEXTS, AT(certificates), "names", 0, CERTIFICATES_MAX, "",
		"client certificates that prove it: URI:urn:hansho:live:ID or CN:name of one that client_ca signed, SHA256:fingerprint", NULL },
	{ "revoked", HS_CONFIG_BOOL, AT(revoked), "", 0, 0, "false",
		"true: nothing is taken with its credentials, and what is open with them is ended", NULL },
	{ "signature", HS_CONFIG_ENUM, AT(signature.mode), HS_SIGNATURE_WORDS, 0, 0, "optional",
		"XML signature of its documents: checked when there is one, or refused without one, or not looked at", NULL },
	{ "signature_cert", HS_CONFIG_TEXTS, AT(signature.certs), "paths", 0, 8, "",
		"certificates whose signatures count, PEM, one in a file; two while a key is being changed", NULL },
};
static const struct hs_config_record PRINCIPAL = { ITEMS, HS_COUNT(ITEMS),
	sizeof(struct hs_principal) };
static const struct hs_config_item FILE_ITEMS[] = {
	{ "principals", HS_CONFIG_LIST, offsetof(struct file, principals), "records", 1, 10000, NULL,
		"everybody who may send through this gate", &PRINCIPAL },
};
static const struct hs_config_record FILE_RECORD = { FILE_ITEMS, HS_COUNT(FILE_ITEMS),
	sizeof(struct file) };
/* clang-format on */

static const struct hs_principal *
rows(const struct hs_principals *principals)
{
	return principals->file.principals.items;
}

static enum hs_err
load_signature_keys(struct hs_principals *principals, char why[HS_CONFIG_WHY])
{
	struct hs_principal *row = principals->file.principals.items;
	char what[HS_CONFIG_WHY];

	for (size_t i = 0; i < principals->file.principals.count; i++) {
		enum hs_err err = hs_signature_keys_load(&row[i].signature, what);

		if (err != HS_OK) {
			(void)snprintf(
				why, HS_CONFIG_WHY, "principal %.63s: %.400s", row[i].id, what);
			return err;
		}
	}
	return HS_OK;
}

static enum hs_err
read_list(const char *path, const char *text, int mode, struct hs_principals **out,
	char why[HS_CONFIG_WHY])
{
	struct hs_principals *principals = calloc(1, sizeof(*principals));
	enum hs_err err;

	if (principals == NULL) {
		(void)snprintf(why, HS_CONFIG_WHY, "out of memory");
		return HS_ERR_NOMEM;
	}
	principals->holds = 1;
	err = path != NULL ? hs_config_load(path, &FILE_RECORD, &principals->file,
				     &principals->config, why)
			   : hs_config_parse(text, &FILE_RECORD, &principals->file,
				     &principals->config, why);
	if (err != HS_OK) /* what was read so far is gone already */
		principals->file.principals.count = 0;
	if (err == HS_OK)
		err = hs_principals_check(&principals->file.principals, mode, why);
	if (err == HS_OK)
		err = load_signature_keys(principals, why);
	if (err != HS_OK) {
		hs_principals_free(principals);
		return err;
	}
	for (size_t i = 0; i < principals->file.principals.count; i++)
		((struct hs_principal *)principals->file.principals.items)[i].list = principals;
	*out = principals;
	return HS_OK;
}

enum hs_err
hs_principals_load(const char *path, int mode, struct hs_principals **out, char why[HS_CONFIG_WHY])
{
	return read_list(path, NULL, mode, out, why);
}

enum hs_err
hs_principals_parse(const char *text, int mode, struct hs_principals **out, char why[HS_CONFIG_WHY])
{
	return read_list(NULL, text, mode, out, why);
}

void
hs_principals_free(struct hs_principals *principals)
{
	if (principals == NULL || --principals->holds > 0)
		return;
	for (size_t i = 0; i < principals->file.principals.count; i++)
		hs_signature_keys_free(rows(principals)[i].signature.keys);
	hs_config_free(principals->config);
	free(principals);
}

void
hs_principal_hold(const struct hs_principal *principal)
{
	if (principal != NULL && principal->list != NULL)
		principal->list->holds++;
}

void
hs_principal_drop(const struct hs_principal *principal)
{
	if (principal != NULL)
		hs_principals_free(principal->list);
}

/* Every text with its NUL, so that two of them never read as one. */
uint64_t
hs_principal_mark(const struct hs_principal *principal)
{
	const char *texts[] = { principal->id, principal->username, principal->password,
		principal->token };
	struct hs_span spans[HS_COUNT(texts) + CERTIFICATES_MAX];
	uint8_t digest[HS_SHA256_BYTES];
	size_t count = 0;
	uint64_t mark = 0;

	for (size_t i = 0; i < HS_COUNT(texts); i++)
		spans[count++] = (struct hs_span){ texts[i], strlen(texts[i]) + 1 };
	for (size_t i = 0; i < principal->certificates.count && i < CERTIFICATES_MAX; i++)
		spans[count++] = (struct hs_span){ principal->certificates.items[i],
			strlen(principal->certificates.items[i]) + 1 };
	hs_sha256(spans, count, digest);
	memcpy(&mark, digest, sizeof(mark));
	return mark | 1;
}

static int
compare_marks(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

uint64_t *
hs_principals_marks(const struct hs_principals *principals, size_t *count)
{
	uint64_t *marks = calloc(principals->file.principals.count, sizeof(*marks));

	*count = 0;
	for (size_t i = 0; marks != NULL && i < principals->file.principals.count; i++) {
		if (!rows(principals)[i].revoked)
			marks[(*count)++] = hs_principal_mark(&rows(principals)[i]);
	}
	if (marks != NULL)
		qsort(marks, *count, sizeof(*marks), compare_marks);
	return marks;
}

size_t
hs_principals_count(const struct hs_principals *principals)
{
	return principals->file.principals.count;
}

const struct hs_principal *
hs_principals_by_id(const struct hs_principals *principals, const char *id)
{
	for (size_t i = 0; i < principals->file.principals.count; i++) {
		if (strcmp(rows(principals)[i].id, id) == 0)
			return &rows(principals)[i];
	}
	return NULL;
}

const struct hs_principal *
hs_principals_by_username(const struct hs_principals *principals, const char *username)
{
	for (size_t i = 0; username[0] != '\0' && i < principals->file.principals.count; i++) {
		if (strcmp(rows(principals)[i].username, username) == 0)
			return &rows(principals)[i];
	}
	return NULL;
}

/* Looks at every row whether it has found one or not, so that the time tells nothing. */
const struct hs_principal *
hs_principals_by_token(const struct hs_principals *principals, const char *token)
{
	const struct hs_principal *found = NULL;

	for (size_t i = 0; i < principals->file.principals.count; i++) {
		const struct hs_principal *row = &rows(principals)[i];

		if (hs_equal_secret(row->token, token) && row->token[0] != '\0')
			found = row;
	}
	return found;
}

const struct hs_principal *
hs_principals_by_certificate(const struct hs_principals *principals, const char *name)
{
	for (size_t i = 0; i < principals->file.principals.count; i++) {
		const struct hs_principal *row = &rows(principals)[i];

		for (size_t k = 0; k < row->certificates.count; k++) {
			if (hs_certificate_name_equal(row->certificates.items[k], name))
				return row;
		}
	}
	return NULL;
}

const struct hs_principal *
hs_principals_sign_in(
	const struct hs_principals *principals, const char *username, const char *password)
{
	const struct hs_principal *row = hs_principals_by_username(principals, username);
	const char *secret = row != NULL ? row->password : "no such username";
	int equal = hs_equal_secret(secret, password);

	return row != NULL && equal ? row : NULL;
}
