#include "hub/gate/authority.h"

#include <string.h>

#include "schemas/area_rules.h"
#include "schemas/notice.h"

bool
hs_kinds_cover(const struct hs_config_texts *kinds, int kind)
{
	char buffer[64];
	const char *word = hs_enum_word(&hansho__v1__kind__descriptor, kind, buffer);
	bool includes = false, included = false;

	for (size_t i = 0; i < kinds->count; i++) {
		const char *item = kinds->items[i];
		bool excludes = item[0] == '!';
		bool equal = word != NULL && strcmp(item + excludes, word) == 0;

		if (equal && excludes)
			return false;
		includes = includes || !excludes;
		included = included || equal;
	}
	return included || !includes;
}

static bool
areas_cover(const struct hs_config_texts *areas, const char *code)
{
	for (size_t i = 0; i < areas->count; i++) {
		if (hs_area_rule_allows(areas->items[i], code))
			return true;
	}
	return false;
}

bool
hs_area_allowed(const char *code, const struct hs_principal *principal)
{
	return areas_cover(&principal->areas, code);
}

static bool
lies_around(const struct hs_principal *principal, const char *code)
{
	for (size_t i = 0; i < principal->areas.count; i++) {
		if (hs_area_relation(principal->areas.items[i], code) == HS_RELATION_AROUND)
			return true;
	}
	return false;
}

/* Of several answers the one that helps most: enum hs_verdict is in that order. */
static void
keep_better(struct hs_authority *best, enum hs_verdict verdict, const struct hs_delegation *by)
{
	if (verdict < best->verdict)
		*best = (struct hs_authority){ verdict, by };
}

static enum hs_verdict
judge_delegation(const struct hs_delegation *delegation, int kind, int64_t now_unix_us)
{
	bool now = delegation->from_unix_us <= now_unix_us && now_unix_us < delegation->to_unix_us;

	if (!hs_kinds_cover(&delegation->kinds, kind))
		return now ? HS_VERDICT_KIND : HS_VERDICT_FOREIGN;
	return now ? HS_VERDICT_DELEGATED : HS_VERDICT_DATES;
}

struct hs_authority
hs_authority_ask(
	const struct hs_principal *principal, const char *code, int kind, int64_t now_unix_us)
{
	const struct hs_delegation *delegations = principal->delegations.items;
	struct hs_authority best = { HS_VERDICT_FOREIGN, NULL };

	if (areas_cover(&principal->areas, code))
		keep_better(&best,
			hs_kinds_cover(&principal->kinds, kind) ? HS_VERDICT_OWN : HS_VERDICT_KIND,
			NULL);
	for (size_t i = 0; i < principal->delegations.count; i++) {
		if (areas_cover(&delegations[i].areas, code))
			keep_better(&best, judge_delegation(&delegations[i], kind, now_unix_us),
				&delegations[i]);
	}
	if (best.verdict == HS_VERDICT_FOREIGN && lies_around(principal, code))
		best.verdict = HS_VERDICT_AROUND;
	return best;
}

bool
hs_authority_knows_kind(const struct hs_principal *principal, int kind)
{
	const struct hs_delegation *delegations = principal->delegations.items;

	if (hs_kinds_cover(&principal->kinds, kind))
		return true;
	for (size_t i = 0; i < principal->delegations.count; i++) {
		if (hs_kinds_cover(&delegations[i].kinds, kind))
			return true;
	}
	return false;
}
