/* shell_ops.h: the operations page of the hub: metrics and status. Reads, never changes. */
#ifndef HS_CORE_SHELL_OPS_H
#define HS_CORE_SHELL_OPS_H

#include "hub/base/latency.h"
#include "hub/base/proc.h"
#include "hub/core/activation.h"
#include "hub/core/core.h"
#include "hub/core/journal.h"

/* Counted by the shell from the journal's results. */
struct hs_commit_stats {
	uint64_t records, failures;
	struct hs_latency waited; /* of each commit, from the queue to the disk */
};
void hs_commit_stats_add(struct hs_commit_stats *stats, const struct hs_journal_result *result);

struct hs_shell_view {
	const struct hs_core *core;
	struct hs_journal *journal;
	const struct hs_core_options *options;
	const struct hs_commit_stats *commits;
	const struct hs_activation *activation;
	int64_t started_unix_us, recovery_us;
};
void hs_shell_metrics(const struct hs_shell_view *view, struct hs_buf *out);
void hs_shell_status(const struct hs_shell_view *view, struct hs_buf *out);

#endif
