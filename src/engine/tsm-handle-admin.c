/* SPDX-License-Identifier: MIT
 * tsm-handle-admin: the admin role. */
#include "base/tsm-text.h"
#include "engine/tsm-engine-private.h"
#include "engine/tsm-handle.h"
#include "engine/tsm-json.h"
#include "store/tsm-admin-table.h"

static TsmReply *
reply_role (TsmEngine *engine, const TsmRequest *request, gint64 user_id, gboolean is_admin)
{
  g_autoptr (TsmCard) card = tsm_card_new (tsm_text (request->lang, N_ ("Admin role")));
  g_autoptr (JsonBuilder) data = tsm_json_begin ();

  tsm_card_take_line (card, tsm_say (request->lang, engine->zone,
                                     is_admin ? N_ ("%s is an admin now.")
                                              : N_ ("%s is no longer an admin."),
                                     TSM_SAY_USER (user_id)));
  tsm_json_add_id (data, "user", user_id);
  tsm_json_add_boolean (data, "admin", is_admin);
  return tsm_reply_new_done (request, g_steal_pointer (&card), tsm_json_end (data));
}

TsmReply *
tsm_handle_admin_op (TsmEngine *engine, const TsmRequest *request)
{
  TsmReply *refusal = tsm_handle_check_absent (engine, request);
  gint64 user_id = 0;

  if (refusal != NULL)
    return refusal;
  tsm_handle_parse_user (tsm_request_peek (request, "user"), &user_id);
  if (!tsm_admin_table_has (engine->db, engine->server_id, user_id))
    tsm_admin_table_set (engine->db, engine->server_id, user_id, TRUE, request->caller_id,
                         engine->now);
  return reply_role (engine, request, user_id, TRUE);
}

TsmReply *
tsm_handle_admin_deop (TsmEngine *engine, const TsmRequest *request)
{
  TsmReply *refusal = tsm_handle_check_absent (engine, request);
  gint64 user_id = 0;

  if (refusal != NULL)
    return refusal;
  tsm_handle_parse_user (tsm_request_peek (request, "user"), &user_id);
  if (!tsm_admin_table_has (engine->db, engine->server_id, user_id))
    return reply_role (engine, request, user_id, FALSE);
  if (tsm_admin_table_count (engine->db, engine->server_id) == 1)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_LAST_ADMIN,
                              N_ ("%s is the last admin; name another one with /op first."),
                              TSM_SAY_USER (user_id));
  tsm_admin_table_set (engine->db, engine->server_id, user_id, FALSE, request->caller_id,
                       engine->now);
  return reply_role (engine, request, user_id, FALSE);
}
