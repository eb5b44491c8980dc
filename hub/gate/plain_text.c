/* plain_text.c: see plain_text.h. */
#include "hub/gate/plain_text.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/notice_text.h"
#include "schemas/lalert_tables.h"

#define HS_TEXT_BYTES  (1u << 20)
#define HS_LINES_SHOWN 200

static const char *
place_of(const hs_notice *notice)
{
	return notice->n_areas > 0 && notice->areas[0]->name[0] ? notice->areas[0]->name
								: notice->source->name;
}

/* "架空市 避難所", "架空市 避難所 直前の発表の取消" */
static void
put_headline(struct hs_buf *out, const hs_notice *notice)
{
	const struct hs_lalert_category *category = hs_lalert_category_find(notice->kind_text);

	hs_buf_printf(out, "%s %s%s", place_of(notice),
		category ? category->name : notice->kind_text,
		notice->action == HS_ACTION(CANCEL) ? " 直前の発表の取消" : "");
}

/* "見出し：値" on a line of its own, nothing without a value. */
static void
put_line(struct hs_buf *out, const char *label, const char *value)
{
	if (value[0])
		hs_buf_printf(out, "%s：%s\n", label, value);
}

static void
put_count(struct hs_buf *out, const char *label, const hs_count *count, const char *unit)
{
	if (count)
		hs_buf_printf(out, "%s：%u%s\n", label, count->value,
			count->unit[0] ? count->unit : unit);
}

static void
put_time(struct hs_buf *out, const char *label, const hs_time *time, const char *as_sent)
{
	char text[HS_RFC3339_SIZE];

	if (!time) {
		put_line(out, label, as_sent);
		return;
	}
	hs_rfc3339_format(time->unix_us, time->offset_minutes, text);
	put_line(out, label, text);
}

/* "・北小学校：開設（空き）北町一丁目1-1" */
static void
put_shelter(struct hs_buf *out, const hs_notice *notice)
{
	const Hansho__V1__Shelter *shelter = notice->shelter;
	size_t shown = shelter->n_items < HS_LINES_SHOWN ? shelter->n_items : HS_LINES_SHOWN;

	for (size_t i = 0; i < shown; i++) {
		const Hansho__V1__Shelter__Item *item = shelter->items[i];

		hs_buf_printf(out, "・%s：%s", item->name, item->sort);
		if (item->status[0])
			hs_buf_printf(out, "（%s）", item->status);
		hs_buf_printf(out, "%s\n", item->address);
	}
	if (shown < shelter->n_items)
		hs_buf_printf(out, "ほか%zu箇所\n", shelter->n_items - shown);
	put_count(out, "避難者数", shelter->people, "人");
	put_count(out, "避難世帯数", shelter->households, "世帯");
	put_line(out, "災害", shelter->disaster_name);
	hs_buf_puts(out, shelter->complement);
}

static void
put_headquarters(struct hs_buf *out, const hs_notice *notice)
{
	const Hansho__V1__Headquarters *own = notice->headquarters;

	hs_buf_printf(out, "%s %s\n", own->name[0] ? own->name : own->type, own->status);
	put_time(out, "日時", own->changed, "");
	put_line(out, "災害", own->disaster_name);
	hs_buf_puts(out, own->complement);
}

static void
put_damage(struct hs_buf *out, const hs_notice *notice)
{
	const Hansho__V1__Damage *damage = notice->damage;
	size_t shown = damage->n_items < HS_LINES_SHOWN ? damage->n_items : HS_LINES_SHOWN;

	for (size_t i = 0; i < shown; i++)
		hs_buf_printf(out, "・%s：%s%s\n", damage->items[i]->type, damage->items[i]->value,
			damage->items[i]->unit);
	put_line(out, "災害", damage->disaster_name);
	hs_buf_puts(out, damage->complement);
}

static void
put_general(struct hs_buf *out, const hs_notice *notice)
{
	hs_buf_printf(out, "%s\n", notice->notice->title);
	hs_buf_puts(out, notice->notice->url);
}

static void
put_event(struct hs_buf *out, const hs_notice *notice)
{
	const Hansho__V1__Event *event = notice->event;

	hs_buf_printf(out, "%s\n", event->name);
	put_time(out, "開始", event->from, event->from_text);
	put_time(out, "終了", event->to, event->to_text);
	put_line(out, "期間", event->duration);
	put_line(out, "料金", event->fee);
	hs_buf_puts(out, event->url);
}

static void
put_mail(struct hs_buf *out, const hs_notice *notice)
{
	hs_buf_printf(out, "%s\n%s", notice->urgent_mail->title, notice->urgent_mail->message);
}

static const struct {
	int detail;
	hs_put_text *put;
} bodies[] = {
	{ HANSHO__V1__NOTICE__DETAIL_SHELTER, put_shelter },
	{ HANSHO__V1__NOTICE__DETAIL_HEADQUARTERS, put_headquarters },
	{ HANSHO__V1__NOTICE__DETAIL_DAMAGE, put_damage },
	{ HANSHO__V1__NOTICE__DETAIL_NOTICE, put_general },
	{ HANSHO__V1__NOTICE__DETAIL_EVENT, put_event },
	{ HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL, put_mail },
};

static void
put_body(struct hs_buf *out, const hs_notice *notice)
{
	bool cancel = notice->action == HS_ACTION(CANCEL);

	if (notice->correction[0])
		put_line(out, cancel ? "取消の理由" : "訂正", notice->correction);
	for (size_t i = 0; i < HS_COUNT(bodies); i++) {
		if (bodies[i].detail != (int)notice->detail_case)
			continue;
		hs_buf_puts(out, cancel ? "取り消した発表の内容：\n" : "");
		bodies[i].put(out, notice);
	}
}

enum hs_err
hs_plain_texts(struct hs_arena *arena, hs_notice *notice)
{
	hs_text *text = notice->n_texts > 0 ? notice->texts[0] : NULL;
	enum hs_err err;

	if (!text || strcmp(text->language, "ja") != 0)
		return HS_OK;
	err = hs_text_fill(arena, &text->headline, HS_TEXT_BYTES, put_headline, notice);
	return err ? err : hs_text_fill(arena, &text->body, HS_TEXT_BYTES, put_body, notice);
}
