#include "adapters/runtime/proofs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/internal.h"
#include "hub/base/config_digest.h"
#include "hub/base/file.h"
#include "hub/base/log.h"

#define HEAD	       "hansho-proofs 1\n"
#define FILE_MAX_BYTES (4u << 20)

struct hs_proofs_job {
	uv_work_t work;
	struct hs_adapter *adapter; /* NULL: it is gone */
	char *text;
	enum hs_err err;
	int code; /* errno */
	char path[PATH_MAX];
};

enum hs_proof_required
hs_proofs_required(const struct hs_canary_settings *settings)
{
	bool keeps = settings->state_dir[0] != '\0';

	if (settings->period_ms == 0 || (settings->proof_required == HS_PROOF_CHANGED && !keeps))
		return HS_PROOF_NEVER;
	return (enum hs_proof_required)settings->proof_required;
}

const char *
hs_proofs_remark(const struct hs_canary_settings *settings)
{
	bool changed = settings->proof_required == HS_PROOF_CHANGED && settings->period_ms > 0;

	return changed && settings->state_dir[0] == '\0' ? HS_PROOFS_UNKEPT : "";
}

static bool
compares(const struct hs_adapter *adapter)
{
	return hs_proofs_required(&adapter->settings->canary) == HS_PROOF_CHANGED;
}

const char *
hs_proof_lane_name(int lane)
{
	return lane < HS_LANE_COUNT ? hs_lane_name((enum hs_adapter_lane)lane) : "all";
}

/* "" when nothing is kept. */
static void
path_of(const struct hs_adapter *adapter, char out[PATH_MAX])
{
	const char *dir = hs_config_path(adapter->settings->canary.state_dir);

	out[0] = '\0';
	if (dir &&
		snprintf(out, PATH_MAX, "%s/%s.proofs", dir, adapter->settings->name) >= PATH_MAX)
		out[0] = '\0';
}

/* ---- what was kept ---- */

/* The whole file; empty when there is none, or none that this program knows. */
static void
read_kept(const struct hs_adapter *adapter, struct hs_buf *out)
{
	char path[PATH_MAX];

	hs_buf_init(out, FILE_MAX_BYTES);
	path_of(adapter, path);
	if (path[0] == '\0')
		return;
	enum hs_err err = hs_file_read(path, out);
	if (err == HS_OK && strncmp(hs_buf_text(out), HEAD, strlen(HEAD)) != 0)
		err = HS_ERR_PARSE;
	if (err == HS_OK)
		return;
	hs_buf_free(out);
	if (err != HS_ERR_NOT_FOUND)
		hs_warn("adapter.proofs_not_read", "path=%s err=%s", path, hs_err_name(err));
}

/* The digest of that outlet in the file; "" when it is not there. */
static void
find_kept(const struct hs_buf *file, const char *lane, const char *outlet, char out[HS_SHA256_HEX])
{
	char start[160];
	int len = snprintf(start, sizeof(start), "\n%s %s ", lane, outlet);
	const char *at = strstr(hs_buf_text(file), start);

	out[0] = '\0';
	if (!at || len >= (int)sizeof(start))
		return;
	at += len;
	if (strspn(at, "0123456789abcdef") != HS_SHA256_HEX - 1 || at[HS_SHA256_HEX - 1] != '\n')
		return;
	memcpy(out, at, HS_SHA256_HEX - 1);
	out[HS_SHA256_HEX - 1] = '\0';
}

/* What the configuration says to that outlet; "" when out of memory. */
static void
digest_now(const struct hs_adapter *adapter, const char *outlet, char out[HS_SHA256_HEX])
{
	struct hs_config_record record;
	struct hs_config_item *items;

	out[0] = '\0';
	if (hs_adapter_settings_of_path(adapter->ops, &record, &items) != HS_OK)
		return;
	hs_config_digest(&record, adapter->settings, outlet, out);
	free(items);
}

static bool
is_same(const char *kept, const char *now)
{
	return now[0] != '\0' && strcmp(kept, now) == 0;
}

bool
hs_proofs_know(const struct hs_adapter *adapter, enum hs_adapter_lane lane, const char *outlet)
{
	char now[HS_SHA256_HEX], kept[HS_SHA256_HEX];
	struct hs_buf file;

	digest_now(adapter, outlet, now);
	read_kept(adapter, &file);
	find_kept(&file, hs_lane_name(lane), outlet, kept);
	if (kept[0] == '\0')
		find_kept(&file, hs_proof_lane_name(HS_LANE_COUNT), outlet, kept);
	hs_buf_free(&file);
	return is_same(kept, now);
}

/* ---- outlets ---- */

void
hs_proof_join(struct hs_adapter *adapter, struct hs_proof *proof)
{
	struct hs_proof **at = &adapter->proving.proofs;
	struct hs_buf file;

	while (*at)
		at = &(*at)->next;
	*at = proof;
	proof->adapter = adapter;
	proof->holds = hs_proofs_required(&adapter->settings->canary) != HS_PROOF_NEVER;
	if (!compares(adapter))
		return;
	digest_now(adapter, proof->outlet, proof->digest);
	read_kept(adapter, &file);
	find_kept(&file, hs_proof_lane_name(proof->lane), proof->outlet, proof->kept);
	hs_buf_free(&file);
	proof->holds = proof->holds && !is_same(proof->kept, proof->digest);
}

void
hs_proof_add(struct hs_adapter *adapter, struct hs_proof *proof)
{
	proof->alone = true;
	hs_proof_join(adapter, proof);
}

/* ---- keeping ---- */

static void
on_work(uv_work_t *work)
{
	struct hs_proofs_job *job = work->data;

	job->err = hs_file_replace(job->path, job->text);
	job->code = errno;
}

static void
on_worked(uv_work_t *work, int status)
{
	struct hs_proofs_job *job = work->data;
	struct hs_adapter *adapter = job->adapter;

	(void)status;
	if (job->err != HS_OK)
		hs_error("adapter.proofs_not_written", "path=%s reason=\"%s\"", job->path,
			strerror(job->code));
	free(job->text);
	if (adapter) {
		adapter->proving.job = NULL;
		if (job->err == HS_OK)
			hs_proofs_keep(adapter);
		else
			adapter->proving.unkept = true; /* again with the next proof */
	}
	free(job);
}

static char *
text_of(const struct hs_adapter *adapter)
{
	struct hs_buf text;

	hs_buf_init(&text, FILE_MAX_BYTES);
	hs_buf_puts(&text, HEAD);
	for (const struct hs_proof *proof = adapter->proving.proofs; proof; proof = proof->next)
		if (proof->kept[0] != '\0')
			hs_buf_printf(&text, "%s %s %s\n", hs_proof_lane_name(proof->lane),
				proof->outlet, proof->kept);
	if (text.failed)
		hs_buf_free(&text);
	return text.bytes;
}

void
hs_proofs_keep(struct hs_adapter *adapter)
{
	struct hs_proofs_job *job;

	if (adapter->proving.job || !adapter->proving.unkept)
		return;
	job = calloc(1, sizeof(*job));
	if (!job)
		return;
	path_of(adapter, job->path);
	job->text = job->path[0] != '\0' ? text_of(adapter) : NULL;
	job->work.data = job;
	job->adapter = adapter;
	if (!job->text || uv_queue_work(adapter->loop, &job->work, on_work, on_worked) != 0) {
		free(job->text);
		free(job);
		return;
	}
	adapter->proving.job = job;
	adapter->proving.unkept = false;
}

void
hs_proof_given(struct hs_proof *proof)
{
	struct hs_adapter *adapter = proof->adapter;

	if (!adapter)
		return;
	if (proof->holds)
		hs_info("adapter.outlet_live", "outlet=%s lane=%s", proof->outlet,
			hs_proof_lane_name(proof->lane));
	proof->holds = false;
	if (!compares(adapter))
		return;
	if (is_same(proof->kept, proof->digest))
		return;
	memcpy(proof->kept, proof->digest, sizeof(proof->kept));
	adapter->proving.unkept = true;
	hs_proofs_keep(adapter);
}

void
hs_proofs_close(struct hs_adapter *adapter)
{
	if (adapter->proving.job)
		adapter->proving.job->adapter = NULL;
	adapter->proving.job = NULL;
	adapter->proving.proofs = NULL;
}

/* ---- what is told of them ---- */

void
hs_proofs_metrics(const struct hs_adapter *adapter, struct hs_buf *out)
{
	for (const struct hs_proof *proof = adapter->proving.proofs; proof; proof = proof->next)
		hs_buf_printf(out, "hansho_adapter_waits_for_proof{outlet=\"%s\",lane=\"%s\"} %d\n",
			proof->outlet, hs_proof_lane_name(proof->lane), proof->holds);
}

void
hs_proofs_status(const struct hs_adapter *adapter, struct hs_buf *out)
{
	bool any = false;

	hs_buf_puts(out, "\"waits_for_proof\":[");
	for (const struct hs_proof *proof = adapter->proving.proofs; proof; proof = proof->next) {
		if (!proof->holds)
			continue;
		hs_buf_printf(out, "%s{\"outlet\":\"%s\",\"lane\":\"%s\"}", any ? "," : "",
			proof->outlet, hs_proof_lane_name(proof->lane));
		any = true;
	}
	hs_buf_printf(
		out, "],\"proof_remark\":\"%s\"", hs_proofs_remark(&adapter->settings->canary));
}
