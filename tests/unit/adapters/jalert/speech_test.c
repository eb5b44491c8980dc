/* Pieces for a program that reads one line of 1,022 bytes, results that are too short, and programs that do not end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapters/jalert/speech.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"

static void
pieces_end_at_sentences_and_never_within_a_letter(void **state)
{
	(void)state;
	char text[6000] = "";
	for (int i = 0; i < 60; i++)
		strcat(text, i % 3 ? "ひなんしてください、" : "ひなんしてください。");
	char joined[6000] = "";
	for (const char *at = text; *at;) {
		size_t len_bytes = hs_speech_piece(at, HS_SPEECH_PIECE_BYTES);
		assert_in_range(len_bytes, 1, HS_SPEECH_PIECE_BYTES);
		assert_memory_equal(
			at[len_bytes] ? "。" : at + len_bytes - 3, at + len_bytes - 3, 3);
		strncat(joined, at, len_bytes);
		at += len_bytes;
	}
	assert_string_equal(text, joined);
	/* no sentence in reach: at a pause, else between letters */
	assert_int_equal(9, hs_speech_piece("ああ、いいいい", 13));
	assert_int_equal(12, hs_speech_piece("ああああああ", 13));
	assert_int_equal(0, hs_speech_piece("", 13));
}

struct bench {
	char dir[64], program[96], voice[96];
	struct hs_speech *speech;
	struct hs_speech_settings settings;
};

/* A stand-in for the program: `script` gets the folder in $DIR. */
static struct bench *
bench_open(const char *script)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	snprintf(bench->dir, sizeof(bench->dir), "/tmp/hansho-speech-XXXXXX");
	assert_non_null(mkdtemp(bench->dir));
	snprintf(bench->program, sizeof(bench->program), "%s/program", bench->dir);
	snprintf(bench->voice, sizeof(bench->voice), "%s/voice", bench->dir);
	FILE *file = fopen(bench->program, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\nDIR=%s\n%s\n", bench->dir, script);
	fclose(file);
	assert_int_equal(0, chmod(bench->program, 0755));
	bench->settings = (struct hs_speech_settings){ bench->program, "dic", bench->voice, "",
		bench->dir, 300 };
	assert_int_equal(HS_OK, hs_speech_create(&bench->settings, &bench->speech));
	assert_string_equal("open_jtalk", hs_speech_source_name(bench->speech));
	return bench;
}

static void
bench_close(struct bench *bench)
{
	char command[128];
	hs_speech_destroy(bench->speech);
	snprintf(command, sizeof(command), "rm -r %s", bench->dir);
	assert_int_equal(0, system(command));
	free(bench);
}

/* What it is given is one line of at most 1,022 bytes; the result has the length of the text: 0.1 s for 3 bytes. */
#define GOOD                                                                                     \
	"cat > $DIR/in; cat $DIR/in >> $DIR/all; wc -l < $DIR/in >> $DIR/lines; n=$(wc -c < "    \
	"$DIR/in)\n"                                                                             \
	"[ $n -le 1022 ] || exit 9\n"                                                            \
	"f=$((n * 1600)); b=$((f * 2)); r=$((b + 36))\n"                                         \
	"le() { printf \"\\\\$(printf %03o $(($1 & 255)))\\\\$(printf %03o $(($1 >> 8 & 255)))"  \
	"\\\\$(printf %03o $(($1 >> 16 & 255)))\\\\$(printf %03o $(($1 >> 24 & 255)))\"; }\n"    \
	"{ printf RIFF; le $r; printf 'WAVEfmt '; le 16; printf '\\001\\000\\001\\000'; le "     \
	"48000; "                                                                                \
	"le 96000; printf '\\002\\000\\020\\000data'; le $b; head -c $b /dev/zero | tr '\\000' " \
	"'\\001'; } > ${8}"

static void
a_long_text_is_said_whole_and_kept(void **state)
{
	(void)state;
	struct bench *bench = bench_open(GOOD);
	char text[4000] = "", command[200];
	for (int i = 0; i < 90; i++)
		strcat(text, "ひなんしてください。");
	const struct hs_speech_want want = { text, "" };
	struct hs_pcm pcm, again;
	assert_int_equal(HS_ERR_NOT_FOUND, hs_speech_prepared(bench->speech, &want, &pcm));
	bench->settings.timeout_ms = 5000;
	hs_speech_destroy(bench->speech);
	assert_int_equal(HS_OK, hs_speech_create(&bench->settings, &bench->speech));
	assert_int_equal(HS_OK, hs_speech_say(bench->speech, &want, &pcm));
	assert_true(pcm.frames > strlen(text) * 1600);
	snprintf(command, sizeof(command),
		"test \"$(sort -u %s/lines)\" = 1 && test $(tr -d '\\n' < %s/all | wc -c) = %zu",
		bench->dir, bench->dir, strlen(text));
	assert_int_equal(0, system(command));
	assert_int_equal(HS_OK, hs_speech_prepared(bench->speech, &want, &again));
	assert_int_equal(pcm.frames, again.frames);
	free(pcm.samples);
	free(again.samples);
	bench_close(bench);
}

static void
what_is_cut_empty_or_late_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *script;
		enum hs_err err;
	} rows[] = { { "exit 0", HS_ERR_CORRUPT }, { "exit 1", HS_ERR_CORRUPT },
		{ "exec sleep 30", HS_ERR_TIMEOUT }, { "kill -9 $$", HS_ERR_CORRUPT },
		/* a header and a thousand frames for a text of seconds */
		{ "{ printf 'RIFF\\364\\007\\000\\000WAVEfmt "
		  "\\020\\000\\000\\000\\001\\000\\001\\000"
		  "\\200\\273\\000\\000\\000\\167\\001\\000\\002\\000\\020\\000data"
		  "\\320\\007\\000\\000'; head -c 2000 /dev/zero; } > ${8}",
			HS_ERR_CORRUPT } };
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct bench *bench = bench_open(rows[i].script);
		const struct hs_speech_want want = { "きんきゅうほうそう。ひなんしてください。",
			"" };
		struct hs_pcm pcm;
		int64_t from = hs_clock_mono_us();
		assert_int_equal(rows[i].err, hs_speech_say(bench->speech, &want, &pcm));
		assert_null(pcm.samples);
		assert_true(hs_clock_mono_us() - from < 20000000);
		assert_int_equal(HS_ERR_NOT_FOUND, hs_speech_prepared(bench->speech, &want, &pcm));
		assert_int_equal(rows[i].err, hs_speech_prove(bench->speech));
		bench_close(bench);
	}
}

static void
without_a_source_there_is_no_speech(void **state)
{
	(void)state;
	const struct hs_speech_settings settings = { "open_jtalk", "", "", "", "/nowhere", 100 };
	const struct hs_speech_want want = { "あ", "../x" };
	struct hs_speech *speech;
	struct hs_pcm pcm;
	assert_int_equal(HS_OK, hs_speech_create(&settings, &speech));
	assert_string_equal("none", hs_speech_source_name(speech));
	assert_int_equal(HS_ERR_NOT_FOUND, hs_speech_say(speech, &want, &pcm));
	assert_int_equal(HS_OK, hs_speech_prove(speech));
	hs_speech_destroy(speech);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_end_at_sentences_and_never_within_a_letter),
		cmocka_unit_test(a_long_text_is_said_whole_and_kept),
		cmocka_unit_test(what_is_cut_empty_or_late_is_refused),
		cmocka_unit_test(without_a_source_there_is_no_speech),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
