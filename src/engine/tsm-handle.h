/* SPDX-License-Identifier: MIT
 * tsm-handle: the commands' handlers. tsm_handle_request () checks, in the published order
 * (tsm-refusal.h), what a request says and who may say it; a handler then finds its options present
 * and of their kind, dates, hours and ids aside, and does it or refuses. */
#pragma once
#include "base/tsm-say.h"
#include "engine/tsm-command.h"

G_BEGIN_DECLS

typedef struct _TsmEngine TsmEngine;

/* Never NULL. */
TsmReply *tsm_handle_request (TsmEngine *engine, const TsmRequest *request);

/* A user option's id: digits, or a mention "<@digits>" or "<@!digits>". FALSE for anything else. */
gboolean tsm_handle_parse_user (const char *text, gint64 *ret_user_id);
gboolean tsm_handle_is_admin (TsmEngine *engine, gint64 user_id);
/* NULL if whoever the request names is in the guild that it comes from. */
TsmReply *tsm_handle_check_absent (TsmEngine *engine, const TsmRequest *request);
/* "Mon 5 Jan 22:00 - Wed 7 Jan 06:00", with an en dash. Free with g_free. */
char *tsm_handle_dup_stretch (TsmEngine *engine, TsmLang lang, gint64 begin, gint64 end);

TsmReply *tsm_handle_stay_hello (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_stay_bye (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_stay_change (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_derogation_set (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_derogation_remove (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_derogation_list (TsmEngine *engine, const TsmRequest *request);
/* Voids the user's derogations to come and ends a running one. */
void tsm_handle_derogation_end_all (TsmEngine *engine, gint64 user_id, gint64 by_user_id);
TsmReply *tsm_handle_state_total (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_state_mine (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_state_other (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_power_hold (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_power_plan (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_power_status (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_colour_set (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_admin_op (TsmEngine *engine, const TsmRequest *request);
TsmReply *tsm_handle_admin_deop (TsmEngine *engine, const TsmRequest *request);

/* A refusal said in the request's language (base/tsm-say.h). */
#define tsm_handle_refuse(engine, request, refusal, msgid, ...)                                \
  tsm_handle_refuse_values (engine, request, refusal, msgid, (const TsmSaid[]){ __VA_ARGS__ }, \
                            sizeof ((const TsmSaid[]){ __VA_ARGS__ }) / sizeof (TsmSaid))

TsmReply *tsm_handle_refuse_values (TsmEngine *engine, const TsmRequest *request,
                                    TsmRefusal refusal, const char *msgid, const TsmSaid *values,
                                    gsize n_values);

G_END_DECLS
