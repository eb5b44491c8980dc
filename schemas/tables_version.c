#include "schemas/tables_version.h"

#include <string.h>

#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "schemas/active.h"

#define TEXT_MAX_BYTES ((size_t)64 << 10)

void
hs_tables_version_of(const struct hs_table_digest *rows, size_t count, const char *rules,
	struct hs_tables_version *out)
{
	uint8_t digest[HS_SHA256_BYTES];
	struct hs_span span;
	struct hs_buf text;

	*out = (struct hs_tables_version){ .rows = rows, .count = count, .rules = rules };
	hs_buf_init(&text, TEXT_MAX_BYTES);
	for (size_t i = 0; i < count; i++)
		hs_buf_printf(&text, "%s %s\n", rows[i].name, rows[i].sha256);
	hs_buf_printf(&text, HS_TABLES_RULES " %s\n", rules);
	HS_CHECK(!text.failed);
	span = (struct hs_span){ text.bytes, text.len_bytes };
	hs_sha256(&span, 1, digest);
	hs_hex(digest, sizeof(digest), out->digest);
	hs_buf_free(&text);
}

void
hs_tables_version(struct hs_tables_version *out)
{
	hs_tables_version_of(hs_table_digests, hs_table_digest_count, HS_ACTIVE_RULES, out);
}
