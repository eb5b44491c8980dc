#include "hub/gate/role.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"

/* A course must never be able to reach the public (misissuance M2): its leader exists on the drill lane alone.
 * A device that shows or plays sends nothing; one that also receives (J-Alert, JMA) has a relayer's credential for it. */
static const struct hs_role_row roles[HS_ROLE_COUNT] = {
	/*                         word            submits own    sees   live   formats */
	[HS_ROLE_SENDER] = { "sender", true, true, false, true, "lalert" },
	[HS_ROLE_RELAYER] = { "relayer", true, false, false, true, "" },
	[HS_ROLE_ADAPTER] = { "adapter", false, false, false, true, "" },
	[HS_ROLE_OPERATOR] = { "operator", false, false, true, true, "" },
	[HS_ROLE_DRILL_LEADER] = { "drill_leader", true, true, true, false, "lalert" },
};

const struct hs_role_row *
hs_role_row(int role)
{
	HS_CHECK(role >= 0 && role < HS_ROLE_COUNT);
	return &roles[role];
}

static void
put_word(const char *word, char *out, size_t out_size)
{
	size_t len = strlen(out);

	(void)snprintf(out + len, out_size - len, "%s%s", len > 0 ? " " : "", word);
}

void
hs_role_formats(const struct hs_principal *principal, char *out, size_t out_size)
{
	out[0] = '\0';
	for (size_t i = 0; i < principal->formats.count; i++)
		put_word(principal->formats.items[i], out, out_size);
	if (principal->formats.count == 0)
		(void)snprintf(out, out_size, "%s", hs_role_row(principal->role)->formats);
}

bool
hs_role_takes_format(const struct hs_principal *principal, const char *format)
{
	const char *own = hs_role_row(principal->role)->formats;

	for (size_t i = 0; i < principal->formats.count; i++) {
		if (strcmp(principal->formats.items[i], format) == 0)
			return true;
	}
	return principal->formats.count == 0 && (own[0] == '\0' || strcmp(own, format) == 0);
}

bool
hs_role_may_see(const struct hs_principal *principal, const hs_status_reply *reply)
{
	return reply->found && (hs_role_row(principal->role)->sees_all ||
				       strcmp(reply->principal, principal->id) == 0);
}

void
hs_role_senders(int lane, char *out, size_t out_size)
{
	out[0] = '\0';
	for (size_t i = 0; i < HS_ROLE_COUNT; i++) {
		if (roles[i].submits && (roles[i].live || lane != HS_MODE(LIVE)))
			put_word(roles[i].word, out, out_size);
	}
}
