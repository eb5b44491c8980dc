/* confirmed.c: see confirmed.h. */
#include "adapters/broadcaster/confirmed.h"

#include "hub/base/check.h"

#define PREFECTURES 100u

/* -1: no two digits. */
static int
index_of(const char *prefecture)
{
	for (int i = 0; i < 2; i++) {
		if (prefecture[i] < '0' || prefecture[i] > '9')
			return -1;
	}
	return prefecture[2] == '\0' ? (prefecture[0] - '0') * 10 + prefecture[1] - '0' : -1;
}

static bool
has(const struct hs_prefecture_set *set, unsigned at)
{
	return (set->bits[at / 64] >> at % 64 & 1) != 0;
}

static void
put(struct hs_prefecture_set *set, const char *prefecture)
{
	int at = index_of(prefecture);
	HS_CHECK(at >= 0);
	set->bits[at / 64] |= UINT64_C(1) << at % 64;
}

void
hs_confirmed_expect(struct hs_confirmed *confirmed, const char *prefecture)
{
	put(&confirmed->expected, prefecture);
}

void
hs_confirmed_sent(struct hs_confirmed *confirmed, const char *prefecture)
{
	put(&confirmed->sent, prefecture);
}

bool
hs_confirmed_any_sent(const struct hs_confirmed *confirmed)
{
	return (confirmed->sent.bits[0] | confirmed->sent.bits[1]) != 0;
}

bool
hs_confirmed_is_open(const struct hs_confirmed *confirmed, const char *prefecture)
{
	int at = index_of(prefecture);
	for (size_t word = 0; at >= 0 && word < HS_CONFIRMED_COUNT; word++) {
		if (has(&confirmed->said[word], (unsigned)at))
			return false;
	}
	return true;
}

/* The first that was sent and of which this was not said; -1: none. */
static int
first_unsaid(const struct hs_confirmed *confirmed, enum hs_confirmed_word word)
{
	for (unsigned at = 0; at < PREFECTURES; at++) {
		if (has(&confirmed->sent, at) && !has(&confirmed->said[word], at))
			return (int)at;
	}
	return -1;
}

bool
hs_confirmed_take(
	struct hs_confirmed *confirmed, enum hs_confirmed_word word, const char *prefecture)
{
	HS_CHECK(word < HS_CONFIRMED_COUNT);
	int at = prefecture != NULL ? index_of(prefecture) : first_unsaid(confirmed, word);
	if (at < 0 || !has(&confirmed->sent, (unsigned)at))
		return false;
	confirmed->said[word].bits[at / 64] |= UINT64_C(1) << at % 64;
	return true;
}

enum hs_confirmed_word
hs_confirmed_of(const struct hs_confirmed *confirmed)
{
	bool displayed = true, failed = false;
	for (unsigned at = 0; at < PREFECTURES; at++) {
		if (!has(&confirmed->expected, at))
			continue;
		bool shown = has(&confirmed->said[HS_CONFIRMED_DISPLAYED], at);
		bool lost = has(&confirmed->said[HS_CONFIRMED_FAILED], at) && !shown;
		if (!shown && !lost && !has(&confirmed->said[HS_CONFIRMED_RECEIVED], at))
			return HS_CONFIRMED_COUNT;
		displayed = displayed && shown;
		failed = failed || lost;
	}
	if (failed)
		return HS_CONFIRMED_FAILED;
	return displayed ? HS_CONFIRMED_DISPLAYED : HS_CONFIRMED_RECEIVED;
}

enum hs_confirmed_word
hs_confirmed_told(const struct hs_confirmed *confirmed, enum hs_confirmed_word word)
{
	enum hs_confirmed_word whole = hs_confirmed_of(confirmed);
	bool failed = whole == HS_CONFIRMED_COUNT && word == HS_CONFIRMED_FAILED;
	return failed ? HS_CONFIRMED_FAILED : whole;
}

int
hs_confirmed_receipt(enum hs_confirmed_word word)
{
	static const int states[HS_CONFIRMED_COUNT] = {
		[HS_CONFIRMED_RECEIVED] = HS_RECEIPT(ACCEPTED),
		[HS_CONFIRMED_DISPLAYED] = HS_RECEIPT(DISPLAYED),
		[HS_CONFIRMED_FAILED] = HS_RECEIPT(FAILED),
	};
	HS_CHECK(word < HS_CONFIRMED_COUNT);
	return states[word];
}
