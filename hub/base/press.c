#include "hub/base/press.h"

#include <zstd.h>

#define LEVEL 1

static void
cut(struct hs_buf *out, size_t len_bytes)
{
	out->len_bytes = len_bytes;
	out->bytes[len_bytes] = '\0';
}

bool
hs_press(struct hs_span plain, struct hs_buf *out)
{
	size_t before_bytes = out->len_bytes, len_bytes;
	char *room =
		plain.len_bytes > 0 && !out->failed ? hs_buf_extend(out, plain.len_bytes) : NULL;

	if (room == NULL) {
		out->failed = false;
		return false;
	}
	len_bytes = ZSTD_compress(room, plain.len_bytes, plain.bytes, plain.len_bytes, LEVEL);
	cut(out, ZSTD_isError(len_bytes) ? before_bytes : before_bytes + len_bytes);
	return !ZSTD_isError(len_bytes) && len_bytes < plain.len_bytes;
}

enum hs_err
hs_unpress(struct hs_span pressed, size_t plain_bytes, struct hs_buf *out)
{
	size_t before_bytes = out->len_bytes, len_bytes;
	char *room = hs_buf_extend(out, plain_bytes);

	if (room == NULL)
		return HS_ERR_NOMEM;
	len_bytes = ZSTD_decompress(room, plain_bytes, pressed.bytes, pressed.len_bytes);
	if (!ZSTD_isError(len_bytes) && len_bytes == plain_bytes)
		return HS_OK;
	cut(out, before_bytes);
	return HS_ERR_CORRUPT;
}
