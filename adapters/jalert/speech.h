/* speech.h: where spoken words come from, behind one table of operations.
 *
 * Flow:    sentence (reading, bank key) → the prepared part, if there is one → else a source: Open JTalk with a voice of the
 *          operator, or his bank of WAV files → samples. Nothing of the three: tone and text only.
 * Sources: open_jtalk  a child process for each piece of at most HS_SPEECH_PIECE_BYTES; killed at its deadline. It reads one
 *                      line of 1,022 bytes and cuts a longer one without a word: the text is split at sentences. It leaves an
 *                      empty file on an empty text: a result that is too short for its morae is refused. Misreadings are
 *                      kept away by readings (readings.h), which replace known words before.
 *          bank        bank_dir/KEY.wav; KEY is kind-level-phase, "closing", "drill-before"; of drills "drill-" before it.
 *          Of an order the phases are issue, lift, cancel, and correct and drop for a place that a correction, or another
 *          message, leaves out.
 * Parts:   audio_dir/parts/HASH.wav, made ahead or kept from before; HASH is over the source (program, dictionary, voice)
 *          and the reading, so that another voice makes other parts.
 * Threads: every function on any thread; a speech is used by several at once and does not change after hs_speech_create.
 * Owner:   samples are the caller's.
 */
#ifndef HS_JALERT_SPEECH_H
#define HS_JALERT_SPEECH_H

#include "adapters/jalert/wav.h"

#define HS_SPEECH_PIECE_BYTES 960
#define HS_SPEECH_KEY_SIZE    64

struct hs_speech_settings {
	const char *program;	/* open_jtalk */
	const char *dictionary; /* folder of the mecab dictionary */
	const char *voice;	/* .htsvoice of the operator; "" = none */
	const char *bank_dir;	/* "" = none */
	const char *parts_dir;	/* audio_dir/parts */
	int64_t timeout_ms;	/* of one child process */
};

struct hs_speech_want {
	const char *reading;
	const char *bank; /* key in the bank */
};

struct hs_speech;

struct hs_speech_source {
	const char *name;
	/* HS_ERR_NOT_FOUND: it has none; HS_ERR_TIMEOUT: its deadline; HS_ERR_CORRUPT: an empty or short result. */
	enum hs_err (*say)(const struct hs_speech_settings *settings,
		const struct hs_speech_want *want, struct hs_pcm *out);
	bool (*is_there)(const struct hs_speech_settings *settings);
};

extern const struct hs_speech_source hs_speech_jtalk, hs_speech_bank;

/* settings: copied, its texts are borrowed. */
enum hs_err hs_speech_create(
	const struct hs_speech_settings *settings, struct hs_speech **out) HS_MUST_CHECK;
void hs_speech_destroy(struct hs_speech *speech);
/* "open_jtalk", "bank" or "none". */
const char *hs_speech_source_name(const struct hs_speech *speech);
/* A prepared part, or a file of the bank: what costs no more than reading a file. HS_ERR_NOT_FOUND: none. */
enum hs_err hs_speech_prepared(const struct hs_speech *speech, const struct hs_speech_want *want,
	struct hs_pcm *out) HS_MUST_CHECK;
/* Prepared, or made now and kept as a part. Takes as long as the source does. */
enum hs_err hs_speech_say(const struct hs_speech *speech, const struct hs_speech_want *want,
	struct hs_pcm *out) HS_MUST_CHECK;
/* The proof for a canary: a short sentence goes all the way, past the parts. Without a source: HS_OK. */
enum hs_err hs_speech_prove(const struct hs_speech *speech) HS_MUST_CHECK;

/* Splits off the next piece of at most max_bytes, at a sentence (。), else at a pause (、), else between letters.
 * Returns its length in bytes; 0 at the end. Pure. */
size_t hs_speech_piece(const char *text, size_t max_bytes);
/* The least length that a reading can have, in ms: a result below was cut or is empty. Pure. */
int64_t hs_speech_least_ms(const char *reading);

#endif
