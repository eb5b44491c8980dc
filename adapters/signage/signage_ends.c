/* signage_ends.c: what is no more in force, as screens say it. See signage_items.h. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/signage/signage_items.h"

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

static bool
is_past(const void *owner, const struct hs_force_row *row)
{
	const struct still *still = owner;
	const struct hs_signage_input *input = still->maker->input;
	int64_t shown_us = input->screen->rules.expired_shown_ms * 1000;
	return hs_screen_wants(input->screen, row->area_code, row->sub_code) &&
	       (int64_t)row->urgency >= input->screen->rules.caution_level &&
	       hs_sign_expired(row, input->now_unix_us) &&
	       input->now_unix_us < row->meta->valid_until_unix_us + shown_us;
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

/* What ended has a name and neither level nor colour. */
static enum hs_err
groups_of(const struct still *still, const struct hs_force_list *rows,
	const struct hs_sign_text *word,
	bool (*wanted)(const void *owner, const struct hs_force_row *row), json_t **list)
{
	struct hs_force_group *groups;
	size_t count;
	enum hs_err err =
		hs_force_groups(still->maker->speech.arena, rows, wanted, still, &groups, &count);
	*list = err == HS_OK && count > 0 ? json_array() : NULL;
	for (size_t i = 0; *list != NULL && i < count; i++) {
		json_t *item = hs_sign_item(still->maker, &groups[i]);
		for (const char *const *key = (const char *const[]){ "level", "colour", "names",
			     "action", "expires_at", "expires_by", "pictogram", NULL };
			*key != NULL && !still->in_force; key++)
			json_object_del(item, *key);
		json_object_set_new(item, "word", hs_sign_words(&still->maker->speech, word));
		json_array_append_new(*list, item);
	}
	return err;
}

static void
set(json_t *object, const char *key, json_t *list, bool *said)
{
	if (list == NULL)
		return;
	json_object_set_new(object, key, list);
	*said = true;
}

static enum hs_err
set_cancel(const struct hs_sign_maker *maker, json_t *message, bool *said)
{
	const struct hs_signage_cancel *cancel = maker->lane->cancel;
	struct still still = { maker, maker->lane->list, true };
	json_t *returned = NULL, *ended = NULL, *object;
	bool any = false;
	if (cancel == NULL || cancel->arena == NULL ||
		maker->input->now_unix_us >= cancel->until_unix_us)
		return HS_OK;
	enum hs_err err = groups_of(&still, &cancel->returned, &word_returned, is_still, &returned);
	still.in_force = false;
	if (err == HS_OK)
		err = groups_of(&still, &cancel->ended, &word_ended, is_still, &ended);
	object = json_object();
	set(object, "returned", returned, &any);
	set(object, "ended", ended, &any);
	set(message, "cancel", any ? json_incref(object) : NULL, said);
	json_decref(object);
	return err;
}

static enum hs_err
set_lifted(const struct hs_sign_maker *maker, const char *key, json_t *message, bool *said)
{
	const struct still still = { maker, maker->lane->list, false };
	int64_t shown_us = maker->input->screen->rules.return_after_ms * 1000;
	bool vanished = strcmp(key, "vanished") == 0;
	struct hs_force_list rows;
	json_t *list = NULL;
	if (maker->lane->lifted == NULL)
		return HS_OK;
	enum hs_err err = hs_signage_lifted_rows(maker->lane->lifted, maker->speech.arena,
		maker->input->now_unix_us - shown_us, vanished, &rows);
	if (err == HS_OK)
		err = groups_of(
			&still, &rows, vanished ? &word_vanished : &word_lifted, is_gone, &list);
	set(message, key, list, said);
	return err;
}

enum hs_err
hs_sign_set_ends(const struct hs_sign_maker *maker, json_t *message, bool *said)
{
	const struct still still = { maker, maker->lane->list, false };
	json_t *list = NULL;
	*said = false;
	if (maker->lane->list == NULL)
		return HS_OK;
	enum hs_err err = groups_of(&still, maker->lane->list, &word_expired, is_past, &list);
	set(message, "expired", list, said);
	if (err == HS_OK)
		err = set_lifted(maker, "lifted", message, said);
	if (err == HS_OK)
		err = set_lifted(maker, "vanished", message, said);
	if (err == HS_OK)
		err = set_cancel(maker, message, said);
	return err;
}
