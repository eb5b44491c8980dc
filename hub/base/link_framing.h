/* link_framing.h: how frames stand on the byte stream of a link. Pure.
 *
 * Ours: 4 bytes big-endian length, then the frame.
 * SP PAIR (nng and nanomsg, protocol number 16): both sides first send 00 53 50 00 00 10 00 00; then each frame
 * has 8 bytes big-endian length before it, on ipc with a 01 in front of that. For partners that are not ours
 * and speak nng's PAIR protocol, such as an auto-starter.
 */
#ifndef HS_LINK_FRAMING_H
#define HS_LINK_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HS_FRAMING_HEAD_MAX 9

struct hs_link_framing {
	const unsigned char *greeting; /* what both sides send first */
	size_t greeting_bytes;	       /* 0: nothing */
	size_t head_bytes;
	size_t mark_bytes; /* of the head: these are 01 each, the rest is the length */
};

const struct hs_link_framing *hs_link_framing_of(const char *url, bool pair);
/* Writes head_bytes. */
void hs_link_head_write(
	const struct hs_link_framing *framing, unsigned char *head, uint64_t len_bytes);
/* false: not such a head. */
bool hs_link_head_read(
	const struct hs_link_framing *framing, const unsigned char *head, uint64_t *len_bytes);

#endif
