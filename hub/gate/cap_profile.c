/* cap_profile.c: which profiles an alert is held to, and the run over their rules.
 *
 * Flow:   schemas/tables/cap_profiles.csv row → marker fits? → check named by its rule → finding of the row's level.
 * Rules:  a check says what it would have liked to see; how bad that is, is the table's word. A profile is chosen by
 *         <code> (or sender); one without a marker, or an alert without any, by configuration (cap_profile).
 */
#include "hub/gate/cap_profile.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/cap_tables.h"

#define SCRATCH_BYTES (32u << 20)

static bool
fits(const char *text, const char *marker)
{
	size_t len = strlen(marker);

	if (len > 0 && marker[len - 1] == '*')
		return strncmp(text, marker, len - 1) == 0;
	return strcmp(text, marker) == 0;
}

static bool
has_code(const struct hs_cap *cap, const char *marker)
{
	HS_CAP_EACH(cap, cap->alert, "code", code)
	{
		char *text = hs_xml_text(cap->arena, code);

		if (text && fits(text, marker))
			return true;
	}
	return false;
}

/* Codes are read into memory that goes at once: there may be many, and each profile asks. */
static bool
is_marked(const struct hs_cap *cap, const char *marker)
{
	static const char sender[] = "sender:";
	struct hs_cap view = *cap;
	bool marked;

	if (marker[0] == '\0')
		return false;
	if (strncmp(marker, sender, sizeof(sender) - 1) == 0)
		return fits(cap->sender, marker + sizeof(sender) - 1);
	view.arena = hs_arena_create(SCRATCH_BYTES);
	marked = view.arena && has_code(&view, marker);
	hs_arena_destroy(view.arena);
	return marked;
}

/* The configured profile's name, or "". */
static const char *
configured(const struct hs_cap *cap, char name[32])
{
	const char *at = HS_CAP_PROFILE_WORDS;

	for (int i = cap->submission->limits->cap_profile; i > 0 && *at; i--) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	snprintf(name, 32, "%.*s", (int)strcspn(at, " "), at);
	return strcmp(name, "none") == 0 ? "" : name;
}

static bool
remember(struct hs_cap *cap, hs_cap_values *values, const char *profile)
{
	char *copy;

	for (size_t i = 0; i < values->n_profiles; i++) {
		if (strcmp(values->profiles[i], profile) == 0)
			return true;
	}
	copy = hs_arena_strdup(cap->arena, profile);
	return copy && hs_repeat(cap->arena, &values->n_profiles, &values->profiles, copy);
}

static void
tell(const struct hs_cap *cap, const struct hs_cap_profile_row *row, hs_xml_node *node,
	const char *wanted)
{
	static const enum hs_finding_code codes[] = {
		[HS_SEVERITY_RECOMMENDATION] = HS_FINDING_CAP_PROFILE_ADVICE,
		[HS_SEVERITY_WARNING] = HS_FINDING_CAP_PROFILE_WARNING,
		[HS_SEVERITY_ERROR] = HS_FINDING_CAP_PROFILE_ERROR,
	};

	hs_cap_find(cap, codes[row->level], node, wanted,
		hs_arena_printf(cap->arena, "%s: %s", row->profile, row->rule));
}

static void
run(const struct hs_cap *cap, const struct hs_cap_profile_row *row,
	const struct hs_cap_profile_check *check)
{
	if (!check->each_info) {
		if (!check->keeps(cap, NULL))
			tell(cap, row, cap->alert, check->wanted);
		return;
	}
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		if (!check->keeps(cap, info))
			tell(cap, row, info, check->wanted);
	}
}

static bool
run_row(struct hs_cap *cap, const struct hs_cap_profile_row *row)
{
	struct hs_cap view = *cap;
	bool ok;

	view.arena = hs_arena_create(SCRATCH_BYTES);
	if (!view.arena)
		return false;
	run(&view, row, hs_cap_profile_check(row->rule));
	ok = !hs_arena_failed(view.arena);
	hs_arena_destroy(view.arena);
	return ok;
}

bool
hs_cap_check_profiles(struct hs_cap *cap, hs_cap_values *values)
{
	char name[32];
	size_t count;
	const struct hs_cap_profile_row *rows = hs_cap_profile_rows(&count);

	for (size_t i = 0; i < count; i++) {
		/* the rows of a profile stand together and have one marker */
		if (i > 0 && strcmp(rows[i].marker, rows[i - 1].marker) == 0)
			continue;
		if (is_marked(cap, rows[i].marker) && !remember(cap, values, rows[i].profile))
			return false;
	}
	if (values->n_profiles == 0 && configured(cap, name)[0] && !remember(cap, values, name))
		return false;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < values->n_profiles; k++) {
			if (strcmp(values->profiles[k], rows[i].profile) == 0 &&
				!run_row(cap, &rows[i]))
				return false;
		}
	}
	return true;
}
