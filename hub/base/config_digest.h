/* config_digest.h: one number for all that a configuration says to one outlet.
 *
 * Flow:    table and filled struct → each key with its value, defaults included, and of each key whose unit is "path" what
 *          its file holds → SHA-256. Nothing can be read back from it.
 * Rules:   a list whose rows have names (first key `name` or `id`) is a list of outlets: only the row of the outlet that is
 *          asked for counts, so that another one's change is none of its own. Any other list counts whole.
 *          A file that is missing, is a folder or has more than 64 MiB counts by its name alone.
 * Threads: any; it reads files.
 */
#ifndef HS_CONFIG_DIGEST_H
#define HS_CONFIG_DIGEST_H

#include "hub/base/config.h"
#include "hub/base/hash.h"

/* "" when out of memory: like no other. */
void hs_config_digest(const struct hs_config_record *record, const void *settings,
	const char *outlet, char out[HS_SHA256_HEX]);

#endif
