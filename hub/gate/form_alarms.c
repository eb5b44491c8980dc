/* form_alarms.c: the part of the home page that says what is missing or forgotten. See form_call.h, alarms.h. */
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/alarms.h"
#include "hub/gate/form_call.h"
#include "schemas/tables.h"

#define ROWS_MAX 50 /* municipalities named under one text; a prefecture may have more */

static void
on_alarms(struct hs_port_call *port_call, enum hs_err err, const hs_link_frame *frame)
{
	struct hs_form_call *call = HS_CONTAINER_OF(port_call, struct hs_form_call, port_call);
	bool known = err == HS_OK && frame->body_case == HANSHO__V1__LINK_FRAME__BODY_ALARM_REPLY &&
		     frame->alarm_reply->looked_unix_us != 0;

	call->alarms = known ? frame->alarm_reply : NULL;
	call->alarms_unknown = !known;
	call->then(call);
}

void
hs_form_ask_alarms(struct hs_form_call *call, void (*then)(struct hs_form_call *call))
{
	enum hs_err err;

	call->then = then;
	call->port_call.done = on_alarms;
	err = call->gate->port == NULL ? HS_ERR_AWAY
				       : hs_submit_port_alarms(call->gate->port, &call->port_call);
	if (err == HS_OK)
		return;
	call->alarms_unknown = true;
	then(call);
}

static void
put_area(const Hansho__V1__Alarm *alarm, struct hs_buf *out)
{
	const struct hs_area_row *area = hs_area_find(alarm->area_code);

	hs_buf_puts(out, "<li>");
	hs_buf_escape(out, area != NULL ? area->name : alarm->area_code);
	hs_buf_puts(out, " ");
	hs_buf_escape(out, alarm->cause_term);
	hs_buf_puts(out, "（");
	hs_form_time(out, alarm->cause_unix_us);
	hs_buf_puts(out, alarm->kind == HS_ALARM(NO_UPDATE) ? "の発信が最後" : "から");
	hs_buf_puts(out, "） <span class=\"en\" lang=\"en\">");
	hs_buf_escape(out, area != NULL ? area->name_en : alarm->area_code);
	hs_buf_puts(out, "</span></li>\n");
}

static void
put_more(size_t count, struct hs_buf *out)
{
	if (count > 0)
		hs_buf_printf(out,
			"<li>ほか%zu市区町村 <span class=\"en\" lang=\"en\">and %zu "
			"more</span></li>\n",
			count, count);
}

/* Those that the principal may see. */
struct shown {
	const Hansho__V1__Alarm **items;
	size_t count;
};

static struct shown
shown_to(const struct hs_form_call *call)
{
	const hs_alarm_reply *reply = call->alarms;
	int64_t now_unix_us = hs_clock_unix_us();
	struct shown shown = { 0 };

	if (reply != NULL)
		shown.items =
			hs_arena_alloc(call->arena, (reply->n_alarms + 1) * sizeof(*shown.items));
	for (size_t i = 0; shown.items != NULL && i < reply->n_alarms; i++) {
		if (hs_alarm_concerns(call->principal, reply->alarms[i]->area_code, now_unix_us))
			shown.items[shown.count++] = reply->alarms[i];
	}
	return shown;
}

/* One box for all municipalities of which the same is to be said as of the one at `first`. */
static void
put_box(const struct shown *shown, size_t first, struct hs_buf *out)
{
	const struct hs_alarm_words *words = hs_alarm_words(shown->items[first]);
	size_t count = 0;

	hs_buf_puts(out, "<div class=\"problem\" role=\"alert\"><p><strong>");
	hs_form_both(out, words->what_ja, words->what_en);
	hs_buf_puts(out, "</strong></p><p>");
	hs_form_both(out, words->next_ja, words->next_en);
	hs_buf_puts(out, "</p><ul>\n");
	for (size_t i = first; i < shown->count; i++) {
		if (hs_alarm_words(shown->items[i]) == words && ++count <= ROWS_MAX)
			put_area(shown->items[i], out);
	}
	put_more(count > ROWS_MAX ? count - ROWS_MAX : 0, out);
	hs_buf_puts(out, "</ul></div>\n");
}

static bool
was_put(const struct shown *shown, size_t at)
{
	size_t i = 0;

	while (i < at && hs_alarm_words(shown->items[i]) != hs_alarm_words(shown->items[at]))
		i++;
	return i < at;
}

void
hs_form_put_alarms(struct hs_form_call *call, struct hs_buf *out)
{
	struct shown shown = shown_to(call);

	if (call->alarms_unknown && call->hub_err == HS_OK)
		hs_form_problem(out,
			"発令の漏れや解除の遅れがないか、いまは確認できません。しばらくして読み込み"
			"直してください。",
			"Whether an order is missing or forgotten is not known now. Load this page "
			"again in a moment.");
	for (size_t i = 0; i < shown.count; i++) {
		if (!was_put(&shown, i))
			put_box(&shown, i, out);
	}
}
