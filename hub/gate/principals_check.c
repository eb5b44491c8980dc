#include "hub/gate/principals_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/certificate_name.h"
#include "hub/gate/parser_registry.h"
#include "hub/gate/role.h"
#include "schemas/area_rules.h"
#include "schemas/notice.h"
#include "schemas/tables.h"

#define PASSWORD_CHARS_MIN 8
#define TOKEN_CHARS_MIN	   16

static bool refuse(const struct hs_principal *row, char why[HS_CONFIG_WHY], const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool
refuse(const struct hs_principal *row, char why[HS_CONFIG_WHY], const char *format, ...)
{
	int len = snprintf(why, HS_CONFIG_WHY, "principal %.63s: ", row->id);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why + len, HS_CONFIG_WHY - (size_t)len, format, args);
	va_end(args);
	return false;
}

/* ---- what it may say ---- */

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
			"takes %s; give this person a second principal, with its own password, in "
			"the file of the other gate",
			row->id, row->statuses.items[i], mode == HS_MODE(LIVE) ? "live" : "drill",
			mode == HS_MODE(LIVE) ? "Actual only" : "Exercise, Test and System only");
		return false;
	}
	return true;
}

/* NULL: all are in force. */
static const char *
unknown_area(const struct hs_config_texts *areas)
{
	for (size_t i = 0; i < areas->count; i++) {
		if (hs_area_find(areas->items[i]) == NULL)
			return areas->items[i];
	}
	return NULL;
}

static bool
refuse_area(const struct hs_principal *row, const char *code, char why[HS_CONFIG_WHY])
{
	const struct hs_area_retired_row *retired = hs_area_retired_find(code);

	if (retired != NULL)
		return refuse(row, why,
			"\"%.20s\" (%.60s) is no longer in force since %s; now: %.60s", code,
			retired->name, retired->until, retired->successors);
	return refuse(row, why,
		"\"%.20s\" is in no table of municipalities; write the 6-digit code with its check "
		"digit, in quotes",
		code);
}

static bool
check_areas(const struct hs_principal *row, char why[HS_CONFIG_WHY])
{
	const char *unknown =
		hs_area_find(row->code) == NULL ? row->code : unknown_area(&row->areas);

	return unknown == NULL || refuse_area(row, unknown, why);
}

static bool
check_kinds(const struct hs_principal *row, const struct hs_config_texts *kinds,
	char why[HS_CONFIG_WHY])
{
	for (size_t i = 0; i < kinds->count; i++) {
		const char *word = kinds->items[i] + (kinds->items[i][0] == '!');

		if (hs_enum_value(&hansho__v1__kind__descriptor, word) > 0)
			continue;
		return refuse(row, why,
			"kind \"%.40s\" is not known; evacuation, shelter, weather … as in "
			"schemas/notice.proto, with ! for all but it",
			kinds->items[i]);
	}
	return true;
}

static bool
check_formats(const struct hs_principal *row, char why[HS_CONFIG_WHY])
{
	char known[128];

	for (size_t i = 0; i < row->formats.count; i++) {
		if (hs_parser_named(row->formats.items[i]))
			continue;
		hs_parser_names(known, sizeof(known));
		return refuse(row, why, "format \"%.40s\" is not known; known are: %s",
			row->formats.items[i], known);
	}
	return true;
}

/* What the role needs, and the lane that it may be on. */
static bool
check_role(const struct hs_principal *row, int mode, char why[HS_CONFIG_WHY])
{
	const struct hs_role_row *role = hs_role_row(row->role);

	if (mode == HS_MODE(LIVE) && !role->live)
		return refuse(row, why,
			"role %s belongs to the drill lane only; put it into the file of that gate",
			role->word);
	if (role->own_areas && row->areas.count == 0 && row->delegations.count == 0)
		return refuse(row, why, "areas: role %s needs at least one area or delegation",
			role->word);
	if (role->own_areas && row->source[0] == '\0')
		return refuse(row, why, "source: role %s needs the senderID of its documents",
			role->word);
	return true;
}

/* ---- delegations ---- */

static bool
check_dates(
	const struct hs_principal *row, struct hs_delegation *delegation, char why[HS_CONFIG_WHY])
{
	struct {
		const char *text;
		int64_t *unix_us;
	} moments[] = { { delegation->from, &delegation->from_unix_us },
		{ delegation->to, &delegation->to_unix_us } };

	for (size_t i = 0; i < HS_COUNT(moments); i++) {
		int offset_min, assumed = 0;

		if (hs_rfc3339_parse(moments[i].text, moments[i].unix_us, &offset_min, &assumed) ==
				HS_OK &&
			!assumed)
			continue;
		return refuse(row, why,
			"delegation: \"%.40s\" is no moment; write it like "
			"2026-06-01T00:00:00+09:00",
			moments[i].text);
	}
	if (delegation->from_unix_us < delegation->to_unix_us)
		return true;
	return refuse(row, why, "delegation: from %.40s is not before to %.40s", delegation->from,
		delegation->to);
}

static bool
fill_areas(const struct hs_config_list *list, const struct hs_principal *row,
	struct hs_delegation *delegation, char why[HS_CONFIG_WHY])
{
	const struct hs_principal *all = list->items;

	if ((delegation->of[0] != '\0') == (delegation->areas.count > 0))
		return refuse(row, why, "delegation: give areas or of, one of the two");
	for (size_t i = 0; delegation->of[0] != '\0' && i < list->count; i++) {
		if (strcmp(all[i].id, delegation->of) == 0)
			delegation->areas = all[i].areas;
	}
	if (delegation->areas.count == 0)
		return refuse(row, why,
			"delegation: of \"%.63s\" is no principal of this file with areas",
			delegation->of);
	return true;
}

static bool
check_delegations(
	const struct hs_config_list *list, const struct hs_principal *row, char why[HS_CONFIG_WHY])
{
	struct hs_delegation *delegations = row->delegations.items;

	for (size_t i = 0; i < row->delegations.count; i++) {
		const char *unknown;

		if (!fill_areas(list, row, &delegations[i], why) ||
			!check_dates(row, &delegations[i], why) ||
			!check_kinds(row, &delegations[i].kinds, why))
			return false;
		unknown = unknown_area(&delegations[i].areas);
		if (unknown != NULL)
			return refuse_area(row, unknown, why);
	}
	return true;
}

/* ---- credentials ---- */

static bool
check_certificates(const struct hs_principal *row, int mode, char why[HS_CONFIG_WHY])
{
	for (size_t i = 0; i < row->certificates.count; i++) {
		const char *name = row->certificates.items[i];
		const char *other =
			mode == HS_MODE(LIVE) ? HS_CERTIFICATE_DRILL : HS_CERTIFICATE_LIVE;

		if (!hs_certificate_name_right(name))
			return refuse(row, why,
				"certificate \"%.80s\" is no name of one; write URI:…, CN:…, or "
				"SHA256: and 64 hexadecimal digits",
				name);
		if (strncmp(name, other, strlen(other)) == 0)
			return refuse(row, why,
				"certificate \"%.80s\" is one of the other lane; make a second one "
				"with hansho keygen",
				name);
	}
	return true;
}

static bool
check_secrets(const struct hs_principal *row, char why[HS_CONFIG_WHY])
{
	size_t password_chars = strlen(row->password), token_chars = strlen(row->token);
	const char *wrong = NULL;

	if (row->username[0] == '\0' && token_chars == 0 && row->certificates.count == 0)
		wrong = "has neither username nor token nor certificate; give it one of them";
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

/* ---- two principals must never be taken for each other ---- */

/* By what somebody is known, and who it is. */
struct known_by {
	const char *text;
	const struct hs_principal *row;
};

static int
compare_known(const void *a, const void *b)
{
	const struct known_by *left = a, *right = b;
	/* Fingerprints are the same in capitals; other names that differ in nothing else are in doubt as well. */
	int order = strcasecmp(left->text, right->text);

	return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

/* Sorted, because lists may be long and are read again while the gate works. */
static bool
check_once(struct known_by *known, size_t count, const char *what, char why[HS_CONFIG_WHY])
{
	qsort(known, count, sizeof(*known), compare_known);
	for (size_t i = 1; i < count; i++) {
		if (known[i - 1].row == known[i].row ||
			strcasecmp(known[i - 1].text, known[i].text) != 0)
			continue;
		(void)snprintf(why, HS_CONFIG_WHY,
			"principals %.63s and %.63s have the same %s; change one",
			known[i - 1].row->id, known[i].row->id, what);
		return false;
	}
	return true;
}

static size_t
collect_texts(const struct hs_config_list *list, size_t offset, struct known_by *known)
{
	const struct hs_principal *rows = list->items;
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		const char *text =
			*(const char *const *)(const void *)((const char *)&rows[i] + offset);

		if (text[0] != '\0')
			known[count++] = (struct known_by){ text, &rows[i] };
	}
	return count;
}

static size_t
collect_certificates(const struct hs_config_list *list, struct known_by *known)
{
	const struct hs_principal *rows = list->items;
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		for (size_t k = 0; k < rows[i].certificates.count; k++, count++) {
			if (known != NULL)
				known[count] = (struct known_by){ rows[i].certificates.items[k],
					&rows[i] };
		}
	}
	return count;
}

static enum hs_err
check_unlike(const struct hs_config_list *list, char why[HS_CONFIG_WHY])
{
	static const struct {
		size_t offset;
		const char *what;
	} texts[] = { { offsetof(struct hs_principal, id), "id" },
		{ offsetof(struct hs_principal, username), "username" },
		{ offsetof(struct hs_principal, token), "token" } };
	size_t certificates = collect_certificates(list, NULL);
	struct known_by *known = calloc(list->count + certificates + 1, sizeof(*known));
	bool good = true;

	if (known == NULL) {
		(void)snprintf(why, HS_CONFIG_WHY, "out of memory");
		return HS_ERR_NOMEM;
	}
	for (size_t i = 0; good && i < HS_COUNT(texts); i++)
		good = check_once(
			known, collect_texts(list, texts[i].offset, known), texts[i].what, why);
	if (good)
		good = check_once(known, collect_certificates(list, known), "certificate", why);
	free(known);
	return good ? HS_OK : HS_ERR_CONFIG;
}

/* The lane of a file that is looked at alone. */
static int
lane_of(const struct hs_config_list *list)
{
	const struct hs_principal *first = list->items;

	return list->count > 0 && first->statuses.count > 0 &&
			       status_fits(first->statuses.items[0], HS_MODE(DRILL))
		       ? HS_MODE(DRILL)
		       : HS_MODE(LIVE);
}

static bool
check_row(const struct hs_config_list *list, const struct hs_principal *row, int mode,
	char why[HS_CONFIG_WHY])
{
	return check_statuses(row, mode, why) && check_role(row, mode, why) &&
	       check_areas(row, why) && check_kinds(row, &row->kinds, why) &&
	       check_formats(row, why) && check_delegations(list, row, why) &&
	       check_certificates(row, mode, why) && check_secrets(row, why);
}

enum hs_err
hs_principals_check(struct hs_config_list *list, int mode, char why[HS_CONFIG_WHY])
{
	const struct hs_principal *row = list->items;

	if (mode == HS_MODE(UNSPECIFIED))
		mode = lane_of(list);
	for (size_t i = 0; i < list->count; i++) {
		if (!check_row(list, &row[i], mode, why))
			return HS_ERR_CONFIG;
	}
	return check_unlike(list, why);
}
