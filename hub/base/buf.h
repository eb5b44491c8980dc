/* buf.h: growing bytes with a limit, for building texts and frames.
 *
 * A failed append (limit or memory) sets `failed` and later appends do nothing, so that a writer
 * checks once at the end. Owner: the caller; hs_buf_free or hs_buf_take ends it.
 */
#ifndef HS_BUF_H
#define HS_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct hs_buf {
	char *bytes; /* always NUL-terminated behind len_bytes when not NULL */
	size_t len_bytes;
	size_t room_bytes;
	size_t max_bytes;
	bool failed;
};

/* max_bytes: limit of the content, without the NUL. */
void hs_buf_init(struct hs_buf *buf, size_t max_bytes);
void hs_buf_free(struct hs_buf *buf);
void hs_buf_add(struct hs_buf *buf, const void *bytes, size_t len_bytes);
/* The same as libcurl calls it (CURLOPT_WRITEFUNCTION), buf: a struct hs_buf. 0 when it has failed: the transfer ends. */
size_t hs_buf_sink(char *bytes, size_t size, size_t count, void *buf);
/* Makes it len_bytes longer; returns where they are to be written, or NULL when it failed. */
void *hs_buf_extend(struct hs_buf *buf, size_t len_bytes);
void hs_buf_puts(struct hs_buf *buf, const char *text);
void hs_buf_printf(struct hs_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Text with & < > " ' escaped for XML and HTML. */
void hs_buf_escape(struct hs_buf *buf, const char *text);
/* The content as a C string: "" while nothing was added. Borrowed. */
const char *hs_buf_text(const struct hs_buf *buf);

#endif
