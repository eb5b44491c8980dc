/* audio.h: the outlet "audio": announcements as WAV files in audio_dir, told to the auto-starter, and their proof.
 *
 * Flow:    plan → render.h → ID-CODE-1.wav (at once: siren, tones, prepared words), ID-CODE-2.wav (what had to be made)
 *          → {"type":"audio"} to the controller for each (controller.h); when all of a plan are written: receipt ACCEPTED of
 *          "audio", with how many sentences are missing; FAILED when one could not be written, EXPIRED when it was too late.
 * Canaries: "audio": a WAV is written and read back in audio_dir; "speech": a sentence goes through the voice or the bank.
 * Ahead:   at the start every sentence that the auto-start table and orders of levels 3 to 5 can need is prepared, for the
 *          served municipalities (HS_AUDIO_AHEAD_MAX), in the lanes that are on.
 * Explain: hs_audio_show says the sentences; nothing is opened, made or written.
 * Owner:   the adapter's state. Threads: the loop's.
 */
#ifndef HS_JALERT_AUDIO_H
#define HS_JALERT_AUDIO_H

#include "adapters/jalert/auto_start.h"
#include "adapters/jalert/controller.h"
#include "adapters/jalert/jalert_encode.h"
#include "adapters/runtime/runtime.h"

#define HS_AUDIO_AHEAD_MAX 50 /* municipalities for which sentences are made ahead */

struct hs_jalert_audio_settings {
	const char *dir;      /* "" = no audio */
	const char *voice;    /* "" = none */
	const char *bank_dir; /* "" = none */
	const char *program, *dictionary;
	int64_t speech_timeout_ms;
};

struct hs_audio;

struct hs_audio_setup {
	struct hs_adapter *adapter;
	const struct hs_jalert_audio_settings *settings;
	struct hs_controller *controller; /* NULL: nobody is told */
	const struct hs_plan_options *options;
	const struct hs_config_texts *areas;
	const struct hs_auto_start_rule *rules;
	size_t rule_count;
	bool live, drill; /* lanes that are on */
};

/* Everything in setup lives as long as the adapter. */
enum hs_err hs_audio_open(const struct hs_audio_setup *setup, struct hs_audio **out) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_audio_close(struct hs_audio *audio);
/* Out of memory is told by a receipt. */
void hs_audio_plan(
	struct hs_audio *audio, struct hs_adapter_item *item, const struct hs_plan *plan);
/* For explain.h: what each place would hear spoken, a line for each sentence, in the outlet "audio", named ID-CODE. Text
 * needs a voice or a bank; without both it says that only tones sound. */
void hs_audio_show(const struct hs_jalert_audio_settings *settings, struct hs_adapter_item *item,
	const struct hs_plan *plan);
/* What is not written of it yet will not be. */
void hs_audio_drop(struct hs_audio *audio, const char *id);
void hs_audio_metrics(const struct hs_audio *audio, struct hs_buf *out);
/* The source of speech, and how many sentences are still to be prepared. */
void hs_audio_status(const struct hs_audio *audio, struct hs_buf *out);
/* The second look at the bank: a file that a started kind needs and that is not there. HS_ERR_CONFIG. */
enum hs_err hs_audio_look(const struct hs_jalert_audio_settings *settings,
	const struct hs_auto_start_rule *rules, size_t rule_count, bool live, bool drill,
	char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

#endif
