/* kinds.h: what can be announced, as the table of an auto-starter knows it (情報番号 × 対象地域), and what each kind needs:
 * its lane, siren, how often it is said, and whether it starts by itself.
 *
 * Source:  J-Alert kinds of 2016-10 and 業務規程 art. 4, 9: 大津波警報, 津波警報, 気象等特別警報, 噴火警報, 緊急地震速報 and
 *          civil protection start by themselves, all others by choice of the municipality. Siren patterns: 国民保護 14 s and
 *          text three times; 大津波警報 3/2 ×3; 津波警報 5/6 ×2; 津波注意報 10/2 ×2; 解除 10/3. They collide and vary from town
 *          to town, so that settings replace each of them. Tones are synthetic, of our own frequencies.
 * Threads: any. Pure.
 */
#ifndef HS_JALERT_KINDS_H
#define HS_JALERT_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The words of this enum in settings and plans, in its order. */
#define HS_ALERT_WORDS                                                                  \
	"evacuation missile air_attack guerrilla terror civil_other eew tsunami_major " \
	"tsunami_warning tsunami_advisory eruption crater special_warning "             \
	"danger_warning warning intensity"

enum hs_alert_kind {
	HS_ALERT_EVACUATION, /* of a municipality: jalert_words.h, not phrases.csv */
	HS_ALERT_MISSILE,
	HS_ALERT_AIR_ATTACK,
	HS_ALERT_GUERRILLA,
	HS_ALERT_TERROR,
	HS_ALERT_CIVIL_OTHER,
	HS_ALERT_EEW,
	HS_ALERT_TSUNAMI_MAJOR,
	HS_ALERT_TSUNAMI_WARNING,
	HS_ALERT_TSUNAMI_ADVISORY,
	HS_ALERT_ERUPTION,	 /* 噴火警報（居住地域）*/
	HS_ALERT_CRATER,	 /* 火口周辺警報 */
	HS_ALERT_SPECIAL,	 /* 特別警報 */
	HS_ALERT_DANGER_WARNING, /* 危険警報 */
	HS_ALERT_WARNING,	 /* 警報 */
	HS_ALERT_INTENSITY,	 /* 震度速報 */
	HS_ALERT_COUNT
};

struct hs_siren {
	int64_t level; /* of an evacuation order: 1…5, 6 = restricted zone or unknown term, 0 = lifts, and cancels that bring nothing back */
	int64_t on_ms;
	int64_t off_ms;
	int64_t times; /* 0: a chime instead of a siren */
	int64_t frequency_hz;
	int64_t sweep_hz; /* where each tone ends; 0: where it began */
	int kind;	  /* enum hs_alert_kind */
};

struct hs_alert_row {
	const char *word;      /* of HS_ALERT_WORDS */
	uint32_t priority;     /* HS_PRIORITY_… */
	bool starts;	       /* by itself, where no row of the settings says otherwise */
	bool siren_each;       /* the siren before each time that it is said */
	bool only_up;	       /* what is weaker than before is not said: early warnings */
	const char *threshold; /* the least intensity or grade that starts, "" = any */
	struct hs_siren siren;
};

/* Never NULL for a kind below HS_ALERT_COUNT. */
const struct hs_alert_row *hs_alert_row(enum hs_alert_kind kind);
/* What is loud although it is rare: the volume of emergencies. */
bool hs_alert_is_emergency(enum hs_alert_kind kind);
/* 1…10 for 0, 1, 2, 3, 4, 5-, 5+, 6-, 6+, 7 (JMA seismic intensity); 0: no such word. */
uint32_t hs_intensity_grade(const char *intensity);

#endif
