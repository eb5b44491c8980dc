#include "adapters/broadcaster/acks.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/pool.h"

#define PREFECTURES_MAX 8 /* of one item that are looked into */
#define WORDS_BYTES	100

static const struct {
	const char *suffix;
	int state;
} answers[] = {
	{ "displayed", HS_RECEIPT(DISPLAYED) },
	{ "failed", HS_RECEIPT(FAILED) },
};
#define ANSWERS HS_COUNT(answers)

struct awaited {
	uint64_t seq; /* 0: free */
	enum hs_adapter_lane lane;
	char epoch[80];
	char prefectures[PREFECTURES_MAX][HS_PREFECTURE_SIZE];
	size_t prefecture_count;
	bool told[ANSWERS];
};

/* One look: a copy of what is awaited, and what was found. */
struct look {
	struct hs_pool_job job;
	struct hs_acks *acks;
	char *dir;
	struct awaited items[HS_ACKS_MAX];
	char found[HS_ACKS_MAX][ANSWERS][160]; /* "" = not there, else the detail */
};

/* What the folder got before this process: found once for each lane, when its history is known. */
struct recall {
	struct hs_pool_job job;
	struct hs_acks *acks;
	char *dir;
	char epoch[80];
	enum hs_adapter_lane lane;
	uint64_t newest_seq; /* a file of a higher one is of another history */
	struct awaited items[HS_ACKS_MAX];
	size_t count;
};

struct hs_acks {
	uv_timer_t timer;
	struct hs_adapter *adapter;
	const char *outlet;
	const char *dir;
	struct hs_playout *playout;
	struct awaited items[HS_ACKS_MAX];
	size_t next;
	struct look *look;		       /* under way, or NULL */
	struct recall *recalls[HS_LANE_COUNT]; /* under way, or NULL */
	char recalled[HS_LANE_COUNT][80];      /* the epoch for which it was done */
};

/* ---- on the folder's thread: answers ---- */

/* "at 2026-07-01T18:56:03+09:00; main channel" */
static void
detail_of(int fd, const struct stat *about, char out[160])
{
	char words[WORDS_BYTES + 1], stamp[HS_RFC3339_SIZE];
	ssize_t got = read(fd, words, WORDS_BYTES);
	words[got > 0 ? got : 0] = '\0';
	words[strcspn(words, "\r\n")] = '\0';
	hs_text_mend(words);
	hs_rfc3339_format((int64_t)about->st_mtim.tv_sec * HS_US_PER_S, HS_JST_MINUTES, stamp);
	snprintf(out, 160, "at %s%s%s", stamp, words[0] != '\0' ? "; " : "", words);
}

static void
look_for(const struct look *look, const struct awaited *item, size_t answer, char out[160])
{
	for (size_t i = 0; i < item->prefecture_count && out[0] == '\0'; i++) {
		char path[PATH_MAX];
		struct stat about;
		snprintf(path, sizeof(path), "%s/%s/%s/%llu.%s", look->dir,
			hs_lane_name(item->lane), item->prefectures[i],
			(unsigned long long)item->seq, answers[answer].suffix);
		int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
			detail_of(fd, &about, out);
		close(fd);
	}
}

static void
on_look(struct hs_pool_job *job)
{
	struct look *look = HS_CONTAINER_OF(job, struct look, job);
	for (size_t i = 0; i < HS_ACKS_MAX; i++) {
		/* What was shown in the end did not fail, whatever stands there from before. */
		bool shown = false;
		for (size_t k = 0; look->items[i].seq != 0 && k < ANSWERS && !shown; k++) {
			if (!look->items[i].told[k])
				look_for(look, &look->items[i], k, look->found[i][k]);
			shown = look->found[i][0][0] != '\0';
		}
	}
}

/* ---- on the folder's thread: what it got before ---- */

/* "12.json" → 12; 0: another file. */
static uint64_t
seq_of(const char *name)
{
	size_t digits = strspn(name, "0123456789");
	if (digits == 0 || digits > 19 || strcmp(name + digits, ".json") != 0)
		return 0;
	return strtoull(name, NULL, 10);
}

/* The row of that seq; a new one takes the place of the oldest when all are taken. NULL: it is older than all. */
static struct awaited *
recall_row(struct recall *recall, uint64_t seq)
{
	struct awaited *oldest = &recall->items[0];
	for (size_t i = 0; i < recall->count; i++) {
		if (recall->items[i].seq == seq)
			return &recall->items[i];
		if (recall->items[i].seq < oldest->seq)
			oldest = &recall->items[i];
	}
	if (recall->count == HS_ACKS_MAX && seq < oldest->seq)
		return NULL;
	if (recall->count < HS_ACKS_MAX)
		oldest = &recall->items[recall->count++];
	*oldest = (struct awaited){ .seq = seq, .lane = recall->lane };
	return oldest;
}

static void
recall_folder(void *owner, const char *prefecture)
{
	struct recall *recall = owner;
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s/%s", recall->dir, hs_lane_name(recall->lane),
		prefecture);
	DIR *folder = opendir(path);
	if (folder == NULL)
		return;
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		uint64_t seq = seq_of(entry->d_name);
		struct awaited *row =
			seq != 0 && seq <= recall->newest_seq ? recall_row(recall, seq) : NULL;
		if (row != NULL && row->prefecture_count < PREFECTURES_MAX)
			memcpy(row->prefectures[row->prefecture_count++], prefecture,
				HS_PREFECTURE_SIZE);
	}
	closedir(folder);
}

/* Its record says which history it belongs to, in its first lines (record.h). */
static bool
is_of_epoch(const struct recall *recall, const struct awaited *item)
{
	char path[PATH_MAX], head[256], want[112];
	snprintf(path, sizeof(path), "%s/%s/%s/%llu.json", recall->dir, hs_lane_name(item->lane),
		item->prefectures[0], (unsigned long long)item->seq);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, head, sizeof(head) - 1) : 0;
	if (fd >= 0)
		close(fd);
	head[got > 0 ? got : 0] = '\0';
	snprintf(want, sizeof(want), "\"epoch\": \"%s\"", recall->epoch);
	return strstr(head, want) != NULL;
}

static void
on_recall(struct hs_pool_job *job)
{
	struct recall *recall = HS_CONTAINER_OF(job, struct recall, job);
	size_t kept = 0;
	hs_playout_each_folder(recall->dir, hs_lane_name(recall->lane), recall_folder, recall);
	for (size_t i = 0; i < recall->count; i++) {
		if (is_of_epoch(recall, &recall->items[i]))
			recall->items[kept++] = recall->items[i];
	}
	recall->count = kept;
}

/* ---- on the loop ---- */

static void
on_looked(struct hs_pool_job *job)
{
	struct look *look = HS_CONTAINER_OF(job, struct look, job);
	struct hs_acks *acks = look->acks;
	for (size_t i = 0; acks != NULL && i < HS_ACKS_MAX; i++) {
		struct awaited *item = &acks->items[i];
		for (size_t k = 0; item->seq == look->items[i].seq && k < ANSWERS; k++) {
			if (look->found[i][k][0] == '\0' || item->told[k])
				continue;
			item->told[k] = true;
			hs_adapter_report(acks->adapter, item->lane, item->epoch, item->seq,
				acks->outlet, answers[k].state, look->found[i][k]);
		}
	}
	if (acks != NULL)
		acks->look = NULL;
	free(look->dir);
	free(look);
}

static bool
awaits(const struct awaited *item)
{
	return item->seq != 0 && !item->told[0]; /* what failed may still be shown */
}

static void
on_timer(uv_timer_t *timer)
{
	struct hs_acks *acks = HS_CONTAINER_OF(timer, struct hs_acks, timer);
	bool any = false;
	for (size_t i = 0; i < HS_ACKS_MAX; i++)
		any = any || awaits(&acks->items[i]);
	if (!any || acks->look != NULL)
		return;
	struct look *look = calloc(1, sizeof(*look));
	char *dir = strdup(acks->dir);
	if (look == NULL || dir == NULL) {
		free(look);
		free(dir);
		return;
	}
	look->acks = acks;
	look->dir = dir;
	look->job = (struct hs_pool_job){ .run = on_look, .done = on_looked };
	for (size_t i = 0; i < HS_ACKS_MAX; i++) {
		if (awaits(&acks->items[i]))
			look->items[i] = acks->items[i];
	}
	acks->look = look;
	hs_playout_run(acks->playout, &look->job);
}

void
hs_acks_await(struct hs_acks *acks, const struct hs_adapter_item *item,
	const char (*prefectures)[HS_PREFECTURE_SIZE], size_t count)
{
	struct awaited *own = &acks->items[acks->next++ % HS_ACKS_MAX];
	*own = (struct awaited){ .seq = item->seq, .lane = item->lane };
	snprintf(own->epoch, sizeof(own->epoch), "%s", item->epoch);
	for (size_t i = 0; i < count && i < PREFECTURES_MAX; i++)
		memcpy(own->prefectures[own->prefecture_count++], prefectures[i],
			HS_PREFECTURE_SIZE);
}

/* The slot for what was found again: what this process wrote itself keeps its own. */
static struct awaited *
free_slot(struct hs_acks *acks, const struct awaited *found)
{
	struct awaited *slot = NULL;
	for (size_t i = 0; i < HS_ACKS_MAX; i++) {
		struct awaited *item = &acks->items[i];
		if (item->seq == found->seq && item->lane == found->lane)
			return NULL;
		if (item->seq == 0)
			slot = item;
	}
	return slot;
}

static void
on_recalled(struct hs_pool_job *job)
{
	struct recall *recall = HS_CONTAINER_OF(job, struct recall, job);
	struct hs_acks *acks = recall->acks;
	for (size_t i = 0; acks != NULL && i < recall->count; i++) {
		struct awaited *slot = free_slot(acks, &recall->items[i]);
		if (slot == NULL)
			continue;
		*slot = recall->items[i];
		snprintf(slot->epoch, sizeof(slot->epoch), "%s", recall->epoch);
	}
	if (acks != NULL)
		acks->recalls[recall->lane] = NULL;
	free(recall->dir);
	free(recall);
}

void
hs_acks_recall(
	struct hs_acks *acks, enum hs_adapter_lane lane, const char *epoch, uint64_t newest_seq)
{
	if (strcmp(acks->recalled[lane], epoch) == 0 || acks->recalls[lane] != NULL)
		return;
	struct recall *recall = calloc(1, sizeof(*recall));
	char *dir = strdup(acks->dir);
	if (recall == NULL || dir == NULL) {
		free(recall);
		free(dir);
		return;
	}
	recall->acks = acks;
	recall->dir = dir;
	recall->lane = lane;
	recall->newest_seq = newest_seq;
	recall->job = (struct hs_pool_job){ .run = on_recall, .done = on_recalled };
	snprintf(recall->epoch, sizeof(recall->epoch), "%s", epoch);
	snprintf(acks->recalled[lane], sizeof(acks->recalled[lane]), "%s", epoch);
	acks->recalls[lane] = recall;
	hs_playout_run(acks->playout, &recall->job);
}

struct hs_acks *
hs_acks_create(uv_loop_t *loop, struct hs_adapter *adapter, const char *outlet, const char *dir,
	struct hs_playout *playout)
{
	struct hs_acks *acks = calloc(1, sizeof(*acks));
	if (acks == NULL)
		return NULL;
	acks->adapter = adapter;
	acks->outlet = outlet;
	acks->dir = dir;
	acks->playout = playout;
	uv_timer_init(loop, &acks->timer);
	uv_timer_start(&acks->timer, on_timer, HS_ACKS_PERIOD_MS, HS_ACKS_PERIOD_MS);
	return acks;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(HS_CONTAINER_OF((uv_timer_t *)handle, struct hs_acks, timer));
}

void
hs_acks_close(struct hs_acks *acks)
{
	if (acks == NULL)
		return;
	if (acks->look != NULL)
		acks->look->acks = NULL;
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		if (acks->recalls[i] != NULL)
			acks->recalls[i]->acks = NULL;
	}
	uv_close((uv_handle_t *)&acks->timer, on_timer_closed);
}
