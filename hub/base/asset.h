/* asset.h: files that are built into a program (pages, styles, scripts). Made from every folder
 * named assets/ by schemas/gen/embed.py; the table ends with a row whose path is NULL. */
#ifndef HS_ASSET_H
#define HS_ASSET_H

#include <stddef.h>

struct hs_asset {
	const char *path; /* "sign.css": the file's path below assets/ */
	const char *content_type;
	const unsigned char *bytes;
	size_t len_bytes;
	const char *etag; /* quoted, from the content's hash */
};

/* The row with that path, or NULL. */
const struct hs_asset *hs_asset_find(const struct hs_asset *table, const char *path);

#endif
