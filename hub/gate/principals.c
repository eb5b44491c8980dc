#include "hub/gate/principals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "schemas/notice.h"
#include "schemas/tables.h"

#define PASSWORD_CHARS_MIN 8
#define TOKEN_CHARS_MIN	   16

struct file {
	struct hs_config_list principals;
};

struct hs_principals {
	struct file file;
	struct hs_config *config;
};

#define AT(member) offsetof(struct hs_principal, member)

/* clang-format off */
static const struct hs_config_item ITEMS[] = {
	{ "id", HS_CONFIG_TEXT, AT(id), "name", 1, 63, NULL, "stable name in journal and logs", NULL },
	{ "organisation", HS_CONFIG_TEXT, AT(organisation), "name", 1, 400, NULL,
		"publishing organisation: 架空市", NULL },
	{ "office", HS_CONFIG_TEXT, AT(office), "name", 0, 400, "", "publishing office: 防災課", NULL },
	{ "code", HS_CONFIG_TEXT, AT(code), "6 digits", 6, 6, NULL, "own organisation code", NULL },
	{ "areas", HS_CONFIG_TEXTS, AT(areas), "codes", 1, 2000, NULL,
		"municipalities (6 or 5 digits) or prefectures (2 digits) that it may speak for", NULL },
	{ "statuses", HS_CONFIG_TEXTS, AT(statuses), "words", 1, 4, NULL,
		"Actual on a live gate; Exercise, Test, System on a drill gate", NULL },
	{ "username", HS_CONFIG_TEXT, AT(username), "name", 0, 200, "",
		"for the form, Basic and SOAP; empty when it has only a token", NULL },
	{ "password", HS_CONFIG_TEXT, AT(password), "secret", 0, 400, "", "belongs to username", NULL },
	{ "token", HS_CONFIG_TEXT, AT(token), "secret", 0, 400, "", "bearer token of machines", NULL },
	{ "source", HS_CONFIG_TEXT, AT(source), "domain", 1, 200, NULL,
		"senderID of the documents that the form writes for it", NULL },
	{ "role", HS_CONFIG_ENUM, AT(role), HS_ROLE_WORDS, 0, 0, "sender", "what it is", NULL },
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

static bool
status_fits(const char *status, int mode)
{
	if (mode == HS_MODE(LIVE))
		return strcmp(status, "Actual") == 0;
	return strcmp(status, "Exercise") == 0 || strcmp(status, "Test") == 0 ||
	       strcmp(status, "System") == 0;
}

static bool
check_statuses(const struct hs_principal *row, int mode, char why[HS_CONFIG_WHY])
{
	for (size_t i = 0; i < row->statuses.count; i++) {
		if (status_fits(row->statuses.items[i], mode))
			continue;
		(void)snprintf(why, HS_CONFIG_WHY,
			"principal %.63s: status \"%.40s\" does not fit a gate of mode %s, which "
			"takes %s; "
			"give this person a second principal, with its own password, in the file "
			"of "
			"the other gate",
			row->id, row->statuses.items[i], mode == HS_MODE(LIVE) ? "live" : "drill",
			mode == HS_MODE(LIVE) ? "Actual only" : "Exercise, Test and System only");
		return false;
	}
	return true;
}

static bool
check_areas(const struct hs_principal *row, char why[HS_CONFIG_WHY])
{
	const char *unknown = hs_area_find(row->code) == NULL ? row->code : NULL;

	for (size_t i = 0; unknown == NULL && i < row->areas.count; i++) {
		if (hs_area_find(row->areas.items[i]) == NULL)
			unknown = row->areas.items[i];
	}
	if (unknown == NULL)
		return true;
	(void)snprintf(why, HS_CONFIG_WHY,
		"principal %.63s: \"%.20s\" is in no table of municipalities; write the 6-digit "
		"code "
		"with its check digit, in quotes",
		row->id, unknown);
	return false;
}

static bool
check_secrets(const struct hs_principal *row, char why[HS_CONFIG_WHY])
{
	size_t password_chars = strlen(row->password), token_chars = strlen(row->token);
	const char *wrong = NULL;

	if (row->username[0] == '\0' && token_chars == 0)
		wrong = "has neither username nor token; give it one of them";
	else if (row->username[0] != '\0' && password_chars < PASSWORD_CHARS_MIN)
		wrong = "has a password of fewer than 8 characters; choose a longer one";
	else if (token_chars > 0 && token_chars < TOKEN_CHARS_MIN)
		wrong = "has a token of fewer than 16 characters; make a longer random one";
	else if (strchr(row->username, ':') != NULL)
		wrong = "has a ':' in its username, which Basic authentication cannot carry";
	if (wrong == NULL)
		return true;
	(void)snprintf(why, HS_CONFIG_WHY, "principal %.63s %s", row->id, wrong);
	return false;
}

/* Two principals must never be taken for each other. */
static bool
check_unlike(const struct hs_principal *a, const struct hs_principal *b, char why[HS_CONFIG_WHY])
{
	const char *same = NULL;

	if (strcmp(a->id, b->id) == 0)
		same = "id";
	else if (a->username[0] != '\0' && strcmp(a->username, b->username) == 0)
		same = "username";
	else if (a->token[0] != '\0' && hs_equal_secret(a->token, b->token))
		same = "token";
	if (same == NULL)
		return true;
	(void)snprintf(why, HS_CONFIG_WHY,
		"principals %.63s and %.63s have the same %s; change one", a->id, b->id, same);
	return false;
}

static bool
check_all(const struct hs_principals *principals, int mode, char why[HS_CONFIG_WHY])
{
	const struct hs_principal *row = rows(principals);

	for (size_t i = 0; i < principals->file.principals.count; i++) {
		if (!check_statuses(&row[i], mode, why) || !check_areas(&row[i], why) ||
			!check_secrets(&row[i], why))
			return false;
		for (size_t j = 0; j < i; j++) {
			if (!check_unlike(&row[j], &row[i], why))
				return false;
		}
	}
	return true;
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
	err = path != NULL ? hs_config_load(path, &FILE_RECORD, &principals->file,
				     &principals->config, why)
			   : hs_config_parse(text, &FILE_RECORD, &principals->file,
				     &principals->config, why);
	if (err != HS_OK) /* what was read so far is gone already */
		principals->file.principals.count = 0;
	if (err == HS_OK && !check_all(principals, mode, why))
		err = HS_ERR_CONFIG;
	if (err == HS_OK)
		err = load_signature_keys(principals, why);
	if (err != HS_OK) {
		hs_principals_free(principals);
		return err;
	}
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
	if (principals == NULL)
		return;
	for (size_t i = 0; i < principals->file.principals.count; i++)
		hs_signature_keys_free(rows(principals)[i].signature.keys);
	hs_config_free(principals->config);
	free(principals);
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
hs_principals_sign_in(
	const struct hs_principals *principals, const char *username, const char *password)
{
	const struct hs_principal *row = hs_principals_by_username(principals, username);
	const char *secret = row != NULL ? row->password : "no such username";
	int equal = hs_equal_secret(secret, password);

	return row != NULL && equal ? row : NULL;
}
