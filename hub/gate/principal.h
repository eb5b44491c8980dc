/* principal.h: who sends, and what that sender may say. Filled from the principals file by main,
 * read by the policy stage. The strings belong to the configuration. */
#ifndef HS_GATE_PRINCIPAL_H
#define HS_GATE_PRINCIPAL_H

#include "hub/base/config.h"
#include "hub/gate/signature_keys.h"

/* A sender speaks for its own areas; a relayer passes on what others said (JMA, CAP): their sources and areas are
 * not its own. */
enum hs_role { HS_ROLE_SENDER, HS_ROLE_RELAYER, HS_ROLE_COUNT };
#define HS_ROLE_WORDS "sender relayer"

struct hs_principal {
	const char *id;		      /* stable name in journal and logs */
	const char *organisation;     /* 架空市 */
	const char *office;	      /* 防災課 */
	const char *code;	      /* own organisation code, 6 digits */
	struct hs_config_texts areas; /* codes it may speak for: 2, 5, 6 digits (hs_area_within) */
	struct hs_config_texts statuses; /* Actual, Exercise, Test, System */
	const char *username;
	const char *password;
	const char *token;
	const char *source; /* senderID of its documents; no other is accepted from it */
	int role;	    /* enum hs_role */
	struct hs_signature_settings signature;
};

#endif
