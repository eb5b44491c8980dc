/* tables_version.h: which rule tables this program was built with.
 *
 * Flow:    schemas/gen/tables.py hashes each table as it is built in → rows → one digest over all of them and over
 *          HS_ACTIVE_RULES (schemas/active.h), which stands for the rules that are code and not a table.
 * Use:     a hub runs only with tables that were rehearsed on its journal (hub/core/activation.h), and says which
 *          ones differ.
 * Limits:  the code that reads the tables is not in the digest. A rehearsal shows what it does all the same.
 * Threads: any; no state.
 */
#ifndef HS_TABLES_VERSION_H
#define HS_TABLES_VERSION_H

#include <stddef.h>

#include "hub/base/hash.h"

struct hs_table_digest {
	const char *name;   /* of the file in schemas/tables, without .csv */
	const char *sha256; /* 64 hexadecimal digits, over the rows as they are built in */
};
/* Made by the generator, by name. */
extern const struct hs_table_digest hs_table_digests[];
extern const size_t hs_table_digest_count;

/* The name under which the version of the rules in code stands among the tables. */
#define HS_TABLES_RULES "rules"

struct hs_tables_version {
	const struct hs_table_digest *rows; /* borrowed */
	size_t count;
	const char *rules; /* HS_ACTIVE_RULES */
	char digest[HS_SHA256_HEX];
};

/* What this program was built with. */
void hs_tables_version(struct hs_tables_version *out);
/* The same of other rows, for tests. */
void hs_tables_version_of(const struct hs_table_digest *rows, size_t count, const char *rules,
	struct hs_tables_version *out);

#endif
