/* signage_ends.c: what is no more in force, as screens say it. See signage_items.h. */
#include <stdlib.h>
#include <string.h>

#include "adapters/signage/signage_items.h"
#include "schemas/json_put.h"

/* Which rows of a list are told. */
struct still {
	const struct hs_sign_maker *maker;
	const struct hs_force_list *list; /* in force now */
	bool in_force;			  /* what is wanted: stands so, or stands so no more */
};

static int
compare_rows(const void *a, const void *b)
{
	return hs_force_compare(a, b);
}

/* What was said later may have overtaken it. */
static bool
is_still(const void *owner, const struct hs_force_row *row)
{
	const struct still *still = owner;
	const struct hs_force_row *now =
		still->list->count == 0 ? NULL
					: bsearch(row, still->list->rows, still->list->count,
						  sizeof(*row), compare_rows);
	bool same = now != NULL && now->level == row->level && strcmp(now->term, row->term) == 0;
	return hs_screen_wants(still->maker->input->screen, row->area_code, row->sub_code) &&
	       same == still->in_force;
}

/* An area that is in force again, at whatever level, has not ended. */
static bool
is_gone(const void *owner, const struct hs_force_row *row)
{
	const struct still *still = owner;
	return hs_screen_wants(still->maker->input->screen, row->area_code, row->sub_code) &&
	       (int64_t)row->urgency >= still->maker->input->screen->rules.caution_level &&
	       (still->list->count == 0 || bsearch(row, still->list->rows, still->list->count,
						   sizeof(*row), compare_rows) == NULL);
}

bool
hs_sign_is_past(const struct hs_signage_input *input, const struct hs_force_row *row)
{
	return hs_screen_wants(input->screen, row->area_code, row->sub_code) &&
	       (int64_t)row->urgency >= input->screen->rules.caution_level &&
	       hs_sign_expired(row, input->now_unix_us);
}

static bool
is_lately(const struct hs_signage_input *input, const struct hs_force_row *row)
{
	int64_t shown_us = input->screen->rules.expired_shown_ms * 1000;
	return input->now_unix_us < row->meta->valid_until_unix_us + shown_us;
}

static bool
is_lately_past(const void *owner, const struct hs_force_row *row)
{
	const struct hs_signage_input *input = ((const struct still *)owner)->maker->input;
	return hs_sign_is_past(input, row) && is_lately(input, row);
}

static bool
is_long_past(const void *owner, const struct hs_force_row *row)
{
	const struct hs_signage_input *input = ((const struct still *)owner)->maker->input;
	return hs_sign_is_past(input, row) && !is_lately(input, row);
}

/* What happened to it. Wording of the project; the terms are those of terms.csv. */
static const struct hs_sign_text word_lifted = { "解除", "この お知らせは 終わりました", "Lifted",
	"lifted" };
static const struct hs_sign_text word_vanished = { "掲載終了（解除の知らせはありません）",
	"お知らせが なくなりました。市や 町に 聞いて ください",
	"No longer listed: ask your municipality", NULL };
static const struct hs_sign_text word_expired = { "掲載期限切れ（解除の知らせはありません）",
	"お知らせの 時間が すぎました。市や 町に 聞いて ください",
	"Past its time: ask your municipality", NULL };
static const struct hs_sign_text word_returned = { "取消により再び発令中", "もう いちど 出ました",
	"In force again", NULL };
static const struct hs_sign_text word_ended = { "誤りのため取消", "この お知らせは まちがいです",
	"False alert: disregard the earlier message", "false_alert" };

/* Some of the rows of a list, in groups. */
struct told {
	struct hs_force_group *groups;
	size_t count;
};

static enum hs_err
tell(const struct still *still, const struct hs_force_list *rows,
	bool (*wanted)(const void *owner, const struct hs_force_row *row), struct told *told)
{
	return hs_force_groups(
		still->maker->speech.arena, rows, wanted, still, &told->groups, &told->count);
}

static void
put_items(const struct hs_sign_maker *maker, const struct told *told,
	const struct hs_sign_text *word, enum hs_sign_how how)
{
	for (size_t i = 0; i < told->count; i++)
		hs_sign_put_item(maker, &told->groups[i], word, how);
}

/* Nothing at all when there is nothing to tell. */
static void
put(const struct hs_sign_maker *maker, const char *key, const struct told *told,
	const struct hs_sign_text *word, enum hs_sign_how how)
{
	if (told->count == 0)
		return;
	hs_json_open(maker->speech.out, key, '[');
	put_items(maker, told, word, how);
	hs_json_close(maker->speech.out, ']');
}

/* Nobody lifted it: it is told as long as it stands, and after a while without its districts. */
static enum hs_err
put_past(const struct hs_sign_maker *maker, bool *said)
{
	const struct still still = { maker, maker->lane->list, false };
	struct told lately, long_ago;
	enum hs_err err = tell(&still, maker->lane->list, is_lately_past, &lately);
	if (err == HS_OK)
		err = tell(&still, maker->lane->list, is_long_past, &long_ago);
	if (err != HS_OK || lately.count + long_ago.count == 0)
		return err;
	hs_json_open(maker->speech.out, "expired", '[');
	put_items(maker, &lately, &word_expired, HS_SIGN_OVER);
	put_items(maker, &long_ago, &word_expired, HS_SIGN_OVER_BRIEF);
	hs_json_close(maker->speech.out, ']');
	*said = true;
	return HS_OK;
}

static enum hs_err
put_cancel(const struct hs_sign_maker *maker, bool *said)
{
	const struct hs_signage_cancel *cancel = maker->lane->cancel;
	struct still still = { maker, maker->lane->list, true };
	struct told returned, ended = { NULL, 0 };
	if (cancel == NULL || cancel->arena == NULL ||
		maker->input->now_unix_us >= cancel->until_unix_us)
		return HS_OK;
	enum hs_err err = tell(&still, &cancel->returned, is_still, &returned);
	still.in_force = false;
	if (err == HS_OK)
		err = tell(&still, &cancel->ended, is_still, &ended);
	if (err != HS_OK || returned.count + ended.count == 0)
		return err;
	hs_json_open(maker->speech.out, "cancel", '{');
	put(maker, "returned", &returned, &word_returned, HS_SIGN_FULL);
	put(maker, "ended", &ended, &word_ended, HS_SIGN_OVER);
	hs_json_close(maker->speech.out, '}');
	hs_tells_add(maker->tells, cancel->seq);
	*said = true;
	return HS_OK;
}

/* The notices whose ends are told: what stands there again is not. */
static void
note_ends(const struct still *still, const struct hs_lifted_batch *batch, bool vanished)
{
	const struct hs_force_list *list = vanished ? &batch->vanished : &batch->lifted;
	for (size_t i = 0; i < list->count; i++) {
		if (is_gone(still, &list->rows[i])) {
			hs_tells_add(still->maker->tells, batch->seq);
			return;
		}
	}
}

static enum hs_err
put_lifted(const struct hs_sign_maker *maker, bool vanished, bool *said)
{
	const struct still still = { maker, maker->lane->list, false };
	int64_t since_us =
		maker->input->now_unix_us - maker->input->screen->rules.return_after_ms * 1000;
	struct hs_force_list rows;
	struct told told = { NULL, 0 };
	if (maker->lane->lifted == NULL)
		return HS_OK;
	enum hs_err err = hs_signage_lifted_rows(
		maker->lane->lifted, maker->speech.arena, since_us, vanished, &rows);
	for (size_t i = 0; i < HS_LIFTED_MAX; i++) {
		if (maker->lane->lifted->batches[i].at_unix_us > since_us)
			note_ends(&still, &maker->lane->lifted->batches[i], vanished);
	}
	if (err == HS_OK)
		err = tell(&still, &rows, is_gone, &told);
	put(maker, vanished ? "vanished" : "lifted", &told,
		vanished ? &word_vanished : &word_lifted, HS_SIGN_OVER);
	*said = *said || told.count > 0;
	return err;
}

enum hs_err
hs_sign_put_ends(const struct hs_sign_maker *maker, bool *said)
{
	*said = false;
	if (maker->lane->list == NULL)
		return HS_OK;
	enum hs_err err = put_past(maker, said);
	if (err == HS_OK)
		err = put_lifted(maker, false, said);
	if (err == HS_OK)
		err = put_lifted(maker, true, said);
	return err == HS_OK ? put_cancel(maker, said) : err;
}
