#include "hub/base/link_framing.h"

#include <string.h>

#define IPC_MARK 1

static const unsigned char pair_greeting[] = { 0, 'S', 'P', 0, 0, 16, 0, 0 };
static const struct hs_link_framing ours = { NULL, 0, 4, 0 };
static const struct hs_link_framing pair_ipc = { pair_greeting, sizeof(pair_greeting), 9, 1 };
static const struct hs_link_framing pair_stream = { pair_greeting, sizeof(pair_greeting), 8, 0 };

const struct hs_link_framing *
hs_link_framing_of(const char *url, bool pair)
{
	if (!pair)
		return &ours;
	return strncmp(url, "ipc://", 6) == 0 ? &pair_ipc : &pair_stream;
}

void
hs_link_head_write(const struct hs_link_framing *framing, unsigned char *head, uint64_t len_bytes)
{
	size_t i = framing->head_bytes;
	for (; i > framing->mark_bytes; i--, len_bytes >>= 8)
		head[i - 1] = (unsigned char)len_bytes;
	while (i > 0)
		head[--i] = IPC_MARK;
}

bool
hs_link_head_read(
	const struct hs_link_framing *framing, const unsigned char *head, uint64_t *len_bytes)
{
	*len_bytes = 0;
	for (size_t i = 0; i < framing->head_bytes; i++) {
		if (i < framing->mark_bytes && head[i] != IPC_MARK)
			return false;
		if (i >= framing->mark_bytes)
			*len_bytes = *len_bytes << 8 | head[i];
	}
	return true;
}
