/* What leaves for the peers, and whose link is behind. */
#include "hub/base/log.h"
#include "hub/core/shell_parts.h"

/* With more than that unsent a peer gets no lists: what cannot wait has the rest. */
#define LINK_BUSY_BYTES (HS_SHELL_LINK_QUEUE_BYTES / 8)

void
hs_shell_send(struct hs_shell *shell, const struct hs_effect *effect)
{
	struct hs_link *link = shell->links[effect->peer].link;
	struct hs_span pieces[HS_EFFECT_PIECES];
	size_t count = hs_effect_pieces(&shell->effects, effect, pieces);
	enum hs_err err;

	if (link == NULL)
		return;
	err = hs_link_send_pieces(link, pieces, count, hs_effect_owner(effect));
	if (err == HS_OK || err == HS_ERR_CLOSED)
		return; /* closed: on_down is on its way, and the journal has the notice */
	hs_warn("hub.send_failed", "peer=%s error=%s", shell->peers[effect->peer].name,
		hs_err_name(err));
	hs_link_drop(link);
}

uint64_t
hs_shell_busy_peers(const struct hs_shell *shell)
{
	uint64_t busy = 0;

	for (size_t i = 0; i < shell->options.peer_count; i++) {
		const struct hs_link *link = shell->links[i].link;

		if (link != NULL && hs_link_unsent_bytes(link) > LINK_BUSY_BYTES)
			busy |= (uint64_t)1 << i;
	}
	return busy;
}
