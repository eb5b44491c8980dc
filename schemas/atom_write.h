/* atom_write.h: writes an Atom feed, entry by entry.
 *
 * Flow:    hs_atom_begin → hs_atom_entry … → hs_atom_end; pure. Texts are escaped; NULL or "" leaves an optional element out.
 * Rules:   an entry is never edited: its id is urn:hansho:EPOCH:SEQ, a correction is a new entry (CAP feeds, 8).
 * Threads: any.
 * Source:  RFC 4287.
 */
#ifndef HS_ATOM_WRITE_H
#define HS_ATOM_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "hub/base/buf.h"
#include "schemas/notice.h"

#define HS_ATOM_MEDIA_TYPE "application/atom+xml; charset=utf-8"

struct hs_atom_link {
	const char *rel, *type, *href;
};

/* self: address of the feed. updated_unix_us: of its newest entry, 0: there is none. Leaves <feed> open. */
void hs_atom_begin(
	struct hs_buf *out, const char *epoch, int mode, const char *self, int64_t updated_unix_us);
void hs_atom_link(struct hs_buf *out, const struct hs_atom_link *link);
/* Title and summary: headline and body of the Japanese text. */
void hs_atom_entry(struct hs_buf *out, const char *epoch, uint64_t seq, const hs_notice *notice,
	const struct hs_atom_link *links, size_t link_count);
void hs_atom_end(struct hs_buf *out);
/* When the hub took it, else the gate; 0 when it does not say. *offset_minutes: in which it was told. */
int64_t hs_atom_updated(const hs_notice *notice, int *offset_minutes);

#endif
