#include "adapters/jalert/receiver.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/jalert/receiver_canary.h"
#include "adapters/jalert/receiver_http.h"
#include "adapters/jalert/receiver_message.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "hub/base/log.h"
#include "hub/base/pool.h"
#include "hub/base/proc.h"

#define PATH_BYTES	4400
#define NAME_BYTES	256
#define TOKEN_BYTES	512
#define TELEGRAMS_MAX	1024 /* known at one time; the rest stays in the folder */
#define REPLY_MAX_BYTES 65536u
#define WHY_BYTES	700

struct receiver {
	struct hs_receiver_settings settings;
	struct hs_proc proc;
	struct hs_pool *pool;
	struct hs_ops *ops;
	struct hs_receiver_http *http; /* NULL: files only */
	uv_timer_t timer;
	uv_fs_event_t watch;
	struct hs_receiver_canary canary;
	char canary_url[600];
	struct telegram *telegrams;
	size_t count;
	char token[TOKEN_BYTES];
	uint64_t accepted, duplicates, refused, retries;
	char trouble[WHY_BYTES]; /* of the newest try that failed; "" = none */
	bool stopping;
};

enum outcome { TAKEN, REFUSED, AGAIN };

/* A file of the spool while it is worked on. */
struct telegram {
	struct hs_pool_job job;
	struct receiver *receiver;
	struct telegram *next;
	CURL *curl;
	char name[NAME_BYTES];
	int64_t due_mono_us, pause_ms;
	bool under_way;
	enum outcome outcome; /* of the newest try */
	bool duplicate;
	char why[WHY_BYTES];
};

/* ---- on a worker ---- */

static enum hs_err
file_read(const struct telegram *telegram, struct hs_buf *out)
{
	const struct hs_receiver_settings *settings = &telegram->receiver->settings;
	char path[PATH_BYTES];
	snprintf(path, sizeof(path), "%.4000s/%s", settings->spool_dir, telegram->name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat about;
	enum hs_err err =
		fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? HS_OK : HS_ERR_IO;
	if (err == HS_OK && about.st_size > settings->file_max_bytes)
		err = HS_ERR_TOO_LARGE;
	hs_buf_init(out, (size_t)settings->file_max_bytes);
	while (err == HS_OK && !out->failed) {
		char bytes[65536];
		ssize_t n = read(fd, bytes, sizeof(bytes));
		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			err = HS_ERR_IO;
		else if (n > 0)
			hs_buf_add(out, bytes, (size_t)n);
	}
	if (fd >= 0)
		close(fd);
	return err == HS_OK && out->failed ? HS_ERR_TOO_LARGE : err;
}

/* What the gate says of it, in one line for the .why file and the log. */
static void
read_reply(struct telegram *telegram, const struct hs_receiver_post *post)
{
	json_t *json = json_loads(hs_buf_text(&post->reply), 0, NULL);
	const char *outcome = json_string_value(json_object_get(json, "outcome"));
	const char *message = json_string_value(json_object_get(json, "message"));
	const char *error = json_string_value(json_object_get(json, "error"));
	bool taken = post->status == 202 || post->status == 200;
	/* 401 and 403 are mended in a configuration, 408, 429 and 5xx pass: the telegram waits. The rest is about itself. */
	bool later = post->status == 0 || post->status == 401 || post->status == 403 ||
		     post->status == 404 || post->status == 408 || post->status == 429 ||
		     post->status >= 500;
	telegram->outcome = taken ? TAKEN : later ? AGAIN : REFUSED;
	telegram->duplicate = outcome && strcmp(outcome, "duplicate") == 0;
	if (taken && hs_receiver_canary_is(telegram->name) &&
		!hs_receiver_canary_back(telegram->name, hs_buf_text(&post->reply))) {
		telegram->outcome = AGAIN;
		message = "answered without giving the canary back: is it the gate?";
	}
	snprintf(telegram->why, sizeof(telegram->why), "HTTP %ld %.80s %.400s", post->status,
		error ? error : "", message ? message : post->why);
	json_decref(json);
}

static void
submit(struct telegram *telegram, const struct hs_buf *body)
{
	const struct receiver *receiver = telegram->receiver;
	const struct hs_span span = { body->bytes, body->len_bytes };
	uint8_t hash[HS_SHA256_BYTES];
	char hex[HS_SHA256_HEX];
	hs_sha256(&span, 1, hash);
	hs_hex(hash, sizeof(hash), hex);
	bool canary = hs_receiver_canary_is(telegram->name);
	struct hs_receiver_post post = { .settings = &receiver->settings,
		.url = canary ? receiver->canary_url : receiver->settings.gate_url,
		.token = receiver->token,
		.curl = telegram->curl,
		.body = body->bytes,
		.body_len_bytes = body->len_bytes,
		.content_type = "application/xml",
		.key = hex };
	hs_buf_init(&post.reply, REPLY_MAX_BYTES);
	hs_receiver_post(&post);
	read_reply(telegram, &post);
	hs_buf_free(&post.reply);
}

static bool
ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);
	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

static void
run(struct hs_pool_job *job)
{
	struct telegram *telegram = HS_CONTAINER_OF(job, struct telegram, job);
	struct hs_buf body, alert;
	char why[HS_MESSAGE_WHY] = "";
	enum hs_err err = file_read(telegram, &body);
	if (err == HS_OK && ends_in(telegram->name, ".json")) {
		hs_buf_init(&alert, (size_t)REPLY_MAX_BYTES * 4);
		err = hs_receiver_message(body.bytes ? body.bytes : "", body.len_bytes,
			telegram->receiver->settings.sender, &alert, why);
		hs_buf_free(&body);
		body = alert;
	}
	if (err == HS_OK && body.len_bytes == 0)
		err = HS_ERR_INVALID;
	if (err == HS_OK) {
		submit(telegram, &body);
	} else {
		telegram->outcome = err == HS_ERR_IO || err == HS_ERR_NOMEM ? AGAIN : REFUSED;
		snprintf(telegram->why, sizeof(telegram->why), "%s %s", hs_err_text(err), why);
	}
	hs_buf_free(&body);
}

/* ---- on the loop ---- */

static void
telegram_free(struct telegram *telegram)
{
	struct receiver *receiver = telegram->receiver;
	struct telegram **at = &receiver->telegrams;
	while (*at != telegram)
		at = &(*at)->next;
	*at = telegram->next;
	receiver->count--;
	curl_easy_cleanup(telegram->curl);
	free(telegram);
}

static bool
move(const struct telegram *telegram, const char *folder)
{
	const char *spool = telegram->receiver->settings.spool_dir;
	char from[PATH_BYTES], to[PATH_BYTES + 16];
	snprintf(from, sizeof(from), "%.4000s/%s", spool, telegram->name);
	snprintf(to, sizeof(to), "%.4000s/%s/%s", spool, folder, telegram->name);
	if (rename(from, to) == 0 || errno == ENOENT)
		return true;
	hs_error("receiver.not_moved", "name=%s folder=%s errno=%d", telegram->name, folder, errno);
	return false;
}

static void
write_why(const struct telegram *telegram)
{
	char path[PATH_BYTES + 16];
	snprintf(path, sizeof(path), "%.4000s/refused/%s.why",
		telegram->receiver->settings.spool_dir, telegram->name);
	FILE *file = fopen(path, "we");
	if (!file)
		return;
	fprintf(file, "%s\n", telegram->why);
	fclose(file);
}

static void
settle(struct telegram *telegram)
{
	struct receiver *receiver = telegram->receiver;
	bool taken = telegram->outcome == TAKEN;
	receiver->accepted += taken && !telegram->duplicate;
	receiver->duplicates += taken && telegram->duplicate;
	receiver->refused += !taken;
	if (taken)
		hs_info("receiver.submitted", "name=%s duplicate=%d", telegram->name,
			telegram->duplicate);
	else
		hs_error(
			"receiver.refused", "name=%s reason=\"%s\"", telegram->name, telegram->why);
	if (!taken)
		write_why(telegram);
	if (move(telegram, taken ? "done" : "refused")) {
		receiver->trouble[0] = '\0';
		telegram_free(telegram);
		return;
	}
	telegram->due_mono_us = hs_clock_mono_us() + receiver->settings.retry_max_ms * 1000;
}

/* Whatever the gate says of it, it is tried again until it is back or its time is over. */
static void
canary_settle(struct telegram *telegram)
{
	struct receiver *receiver = telegram->receiver;
	hs_receiver_canary_told(
		&receiver->canary, telegram->name, telegram->outcome == TAKEN, telegram->why);
	if (telegram->outcome == TAKEN ||
		hs_receiver_canary_over(&receiver->canary, telegram->name))
		telegram_free(telegram);
	else
		telegram->due_mono_us = hs_clock_mono_us() + telegram->pause_ms * 1000;
}

static void
done(struct hs_pool_job *job)
{
	struct telegram *telegram = HS_CONTAINER_OF(job, struct telegram, job);
	struct receiver *receiver = telegram->receiver;
	telegram->under_way = false;
	if (hs_receiver_canary_is(telegram->name)) {
		canary_settle(telegram);
		return;
	}
	if (telegram->outcome != AGAIN) {
		settle(telegram);
		return;
	}
	receiver->retries++;
	snprintf(receiver->trouble, sizeof(receiver->trouble), "%s", telegram->why);
	hs_warn("receiver.retry", "name=%s pause_ms=%lld reason=\"%s\"", telegram->name,
		(long long)telegram->pause_ms, telegram->why);
	telegram->due_mono_us = hs_clock_mono_us() + telegram->pause_ms * 1000;
	telegram->pause_ms *= 2;
	if (telegram->pause_ms > receiver->settings.retry_max_ms)
		telegram->pause_ms = receiver->settings.retry_max_ms;
}

static bool
is_known(const struct receiver *receiver, const char *name)
{
	for (const struct telegram *telegram = receiver->telegrams; telegram;
		telegram = telegram->next)
		if (strcmp(telegram->name, name) == 0)
			return true;
	return false;
}

/* The canary of a try that was given up, or of an earlier start. */
static void
leftover(const struct receiver *receiver, const char *name)
{
	char path[PATH_BYTES];
	snprintf(path, sizeof(path), "%.4000s/%.300s", receiver->settings.spool_dir, name);
	if (!is_known(receiver, name))
		(void)unlink(path);
}

static void
found(struct receiver *receiver, const char *name)
{
	bool ours = name[0] != '.' && (ends_in(name, ".xml") || ends_in(name, ".json"));
	if (hs_receiver_canary_is(name) && hs_receiver_canary_over(&receiver->canary, name)) {
		leftover(receiver, name);
		return;
	}
	if (!ours || strlen(name) >= NAME_BYTES || receiver->count >= TELEGRAMS_MAX ||
		is_known(receiver, name))
		return;
	struct telegram *telegram = calloc(1, sizeof(*telegram));
	CURL *curl = curl_easy_init();
	if (!telegram || !curl) {
		free(telegram);
		curl_easy_cleanup(curl);
		return; /* looked for again */
	}
	telegram->job.run = run;
	telegram->job.done = done;
	telegram->receiver = receiver;
	telegram->curl = curl;
	telegram->pause_ms = receiver->settings.retry_first_ms;
	snprintf(telegram->name, sizeof(telegram->name), "%s", name);
	telegram->next = receiver->telegrams;
	receiver->telegrams = telegram;
	receiver->count++;
}

static void
look_around(struct receiver *receiver)
{
	DIR *dir = opendir(receiver->settings.spool_dir);
	int64_t now_mono_us = hs_clock_mono_us();
	if (!dir) {
		snprintf(receiver->trouble, sizeof(receiver->trouble),
			"spool_dir cannot be read: %s", strerror(errno));
		return;
	}
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		found(receiver, entry->d_name);
	closedir(dir);
	for (struct telegram *telegram = receiver->telegrams; telegram; telegram = telegram->next) {
		if (telegram->under_way || telegram->due_mono_us > now_mono_us)
			continue;
		telegram->under_way = true;
		hs_pool_run(receiver->pool, &telegram->job);
	}
}

static void
on_timer(uv_timer_t *timer)
{
	struct receiver *receiver = timer->data;
	hs_receiver_canary_tick(&receiver->canary);
	look_around(receiver);
}

static void
on_change(uv_fs_event_t *watch, const char *name, int events, int status)
{
	(void)name;
	(void)events;
	(void)status;
	look_around(watch->data);
}

static void
on_received(void *owner)
{
	look_around(owner);
}

/* ---- operations ---- */

static const char *
not_ready(void *owner)
{
	const struct receiver *receiver = owner;
	return receiver->trouble;
}

static void
metrics(void *owner, struct hs_buf *out)
{
	const struct receiver *receiver = owner;
	hs_buf_printf(out,
		"hansho_receiver_accepted_total %llu\nhansho_receiver_duplicates_total %llu\n"
		"hansho_receiver_refused_total %llu\nhansho_receiver_retries_total %llu\n"
		"hansho_receiver_waiting %zu\n",
		(unsigned long long)receiver->accepted, (unsigned long long)receiver->duplicates,
		(unsigned long long)receiver->refused, (unsigned long long)receiver->retries,
		receiver->count);
	hs_receiver_canary_metrics(&receiver->canary, out);
}

static void
status(void *owner, struct hs_buf *out)
{
	const struct receiver *receiver = owner;
	hs_buf_printf(out, "{\"name\":\"receiver\",\"waiting\":%zu,\"accepted\":%llu,",
		receiver->count, (unsigned long long)receiver->accepted);
	hs_receiver_canary_status(&receiver->canary, out);
	hs_buf_puts(out, "}");
}

/* ---- life ---- */

static enum hs_err
folder_make(const char *spool, const char *name)
{
	char path[PATH_BYTES];
	snprintf(path, sizeof(path), "%.4000s/%s", spool, name);
	return mkdir(path, 0750) == 0 || errno == EEXIST ? HS_OK : HS_ERR_IO;
}

static enum hs_err
open_all(struct receiver *receiver)
{
	static const struct hs_ops_callbacks callbacks = { not_ready, metrics, status };
	const struct hs_receiver_settings *settings = &receiver->settings;
	uv_loop_t *loop = &receiver->proc.loop;
	(void)hs_receiver_canary_url(
		settings->gate_url, receiver->canary_url, sizeof(receiver->canary_url));
	hs_receiver_canary_open(&receiver->canary, settings, loop);
	enum hs_err err =
		hs_receiver_token(settings->token_file, receiver->token, sizeof(receiver->token));
	if (err == HS_OK)
		err = folder_make(settings->spool_dir, "done");
	if (err == HS_OK)
		err = folder_make(settings->spool_dir, "refused");
	if (err == HS_OK)
		err = hs_pool_open(loop, (size_t)settings->threads, 0, &receiver->pool);
	receiver->canary.pool = receiver->pool;
	if (err == HS_OK)
		err = hs_ops_create(
			loop, settings->ops_listen, &callbacks, receiver, &receiver->ops);
	if (err == HS_OK && settings->listen[0] != '\0')
		err = hs_receiver_http_open(
			loop, &receiver->canary, on_received, receiver, &receiver->http);
	uv_timer_init(loop, &receiver->timer);
	uv_fs_event_init(loop, &receiver->watch);
	receiver->timer.data = receiver;
	receiver->watch.data = receiver;
	if (err != HS_OK)
		return err;
	uv_timer_start(&receiver->timer, on_timer, 0, (uint64_t)settings->poll_ms);
	if (uv_fs_event_start(&receiver->watch, on_change, settings->spool_dir, 0) != 0)
		hs_warn("receiver.not_watched", "poll_ms=%lld", (long long)settings->poll_ms);
	return HS_OK;
}

/* What is under way comes to its end; the rest stays in the folder for the next start. */
static void
stop(void *owner)
{
	struct receiver *receiver = owner;
	if (receiver->stopping)
		return;
	receiver->stopping = true;
	uv_close((uv_handle_t *)&receiver->timer, NULL);
	uv_close((uv_handle_t *)&receiver->watch, NULL);
	hs_receiver_canary_close(&receiver->canary);
	hs_receiver_http_close(receiver->http);
	hs_pool_close(receiver->pool);
	hs_ops_stop(receiver->ops);
}

int
hs_receiver_main(int argc, char **argv)
{
	const struct hs_proc_settings what = { .record = &hs_receiver_record,
		.look = hs_receiver_look };
	struct receiver *receiver = calloc(1, sizeof(*receiver));
	int exit_status = 1;
	if (!receiver)
		return exit_status;
	if (!hs_proc_init(&receiver->proc, argc, argv, &what, &receiver->settings, &exit_status)) {
		free(receiver);
		return exit_status;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	enum hs_err err = open_all(receiver);
	exit_status = err == HS_OK ? 0 : 1;
	if (err != HS_OK) {
		hs_error("receiver.start_failed", "reason=\"%s\"", hs_err_text(err));
		stop(receiver);
		for (size_t i = 0; i < HS_COUNT(receiver->proc.signals); i++)
			uv_unref((uv_handle_t *)&receiver->proc.signals[i]);
	} else {
		hs_info("receiver.started", "spool=%s", receiver->settings.spool_dir);
	}
	int run_status = hs_proc_run(&receiver->proc, stop, receiver);
	while (receiver->telegrams)
		telegram_free(receiver->telegrams);
	curl_global_cleanup();
	free(receiver);
	return exit_status ? exit_status : run_status;
}
