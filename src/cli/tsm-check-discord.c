/* SPDX-License-Identifier: MIT
 * tsm-check-discord: what `tsm doctor` says of the bot. */
#include "cli/tsm-check-discord.h"
#include "base/tsm-body.h"
#include "discord/tsm-client.h"
#include "discord/tsm-enrolment.h"
#include "discord/tsm-rest.h"

#define SUBJECT "discord"

typedef struct {
  TsmCheckup *checkup;
  const TsmSettings *settings;
  TsmRest *rest;
  char *application; /* NULL until it is known */
} Check;

/* NULL when there is no use in asking further: that has been said. */
static TsmRestReply *
ask (const Check *self, TsmRouteKind kind, const char *major)
{
  const TsmRestCall call = {
    .route = { .kind = kind, .application = self->application, .major = major },
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  TsmRestReply *reply;

  tsm_rest_send_async (self->rest, &call, NULL, tsm_checkup_keep, &result);
  tsm_checkup_wait (&result);
  reply = tsm_rest_send_finish (result, &error);
  if (reply == NULL && tsm_rest_is_denied (self->rest))
    tsm_checkup_add (self->checkup, TSM_FINDING_FAIL, SUBJECT,
                     "the token is not valid; reset it on the application's Bot page and put the "
                     "new one into TOKEN_BOT");
  else if (reply == NULL)
    tsm_checkup_add (self->checkup, TSM_FINDING_FAIL, SUBJECT, "%s; check DISCORD_API",
                     error->message);
  return reply;
}

static void
say_refused (const Check *self, const char *what, const TsmRestReply *reply)
{
  tsm_checkup_add (self->checkup, TSM_FINDING_FAIL, SUBJECT, "%s: Discord answers %u %s", what,
                   reply->status, reply->message);
}

static TsmBody *
parse (const TsmRestReply *reply)
{
  gsize length;
  const char *text = g_bytes_get_data (reply->body, &length);

  return tsm_body_new_from_text (text, length, NULL);
}

/* FALSE when nothing more can be asked. */
static gboolean
check_application (Check *self)
{
  g_autoptr (TsmRestReply) reply = ask (self, TSM_ROUTE_APPLICATION, NULL);
  g_autoptr (TsmBody) body = NULL;
  const TsmBodyNode *root;
  const char *id;

  if (reply == NULL)
    return FALSE;
  body = parse (reply);
  root = body != NULL ? tsm_body_get_root (body) : NULL;
  id = tsm_body_get_member_string (root, "id");
  if (!tsm_rest_reply_is_done (reply) || id == NULL) {
    say_refused (self, "the application", reply);
    return FALSE;
  }
  self->application = g_strdup (id);
  if (tsm_body_get_member_string (root, "interactions_endpoint_url") != NULL)
    tsm_checkup_add (self->checkup, TSM_FINDING_FAIL, SUBJECT,
                     "the application has an Interactions Endpoint URL, so commands never reach "
                     "TSM; empty that field on its General Information page");
  else
    tsm_checkup_add (self->checkup, TSM_FINDING_OK, SUBJECT, "the token is good, application %s",
                     id);
  return TRUE;
}

static gboolean
check_guild (const Check *self, const char *id)
{
  g_autofree char *invitation = tsm_enrolment_dup_invitation (self->application);
  g_autofree char *what = g_strdup_printf ("guild %s", id);
  g_autoptr (TsmRestReply) guild = ask (self, TSM_ROUTE_GUILD, id);
  g_autoptr (TsmRestReply) commands = NULL;

  if (guild == NULL)
    return FALSE;
  if (guild->status == 403 || guild->status == 404) {
    tsm_checkup_add (self->checkup, TSM_FINDING_FAIL, SUBJECT,
                     "TSM is not in guild %s of GUILD_ID; invite it with %s", id, invitation);
    return TRUE;
  }
  commands = ask (self, TSM_ROUTE_LIST_COMMANDS, id);
  if (commands == NULL)
    return FALSE;
  if (commands->status == 403)
    tsm_checkup_add (self->checkup, TSM_FINDING_FAIL, SUBJECT,
                     "guild %s did not let TSM's commands in; invite it again with %s", id,
                     invitation);
  else if (!tsm_rest_reply_is_done (guild) || !tsm_rest_reply_is_done (commands))
    say_refused (self, what, tsm_rest_reply_is_done (guild) ? commands : guild);
  else
    tsm_checkup_add (self->checkup, TSM_FINDING_OK, SUBJECT, "TSM is in guild %s", id);
  return TRUE;
}

static gboolean
is_of_group (const Check *self, gint64 guild_id)
{
  gsize n_ids;
  const gint64 *ids = tsm_settings_peek_ids (self->settings, TSM_SETTING_GUILD_ID, &n_ids);

  for (gsize i = 0; i < n_ids; i++)
    if (ids[i] == guild_id)
      return TRUE;
  return FALSE;
}

static gboolean
check_channel (const Check *self, const char *id)
{
  g_autofree char *what = g_strdup_printf ("channel %s", id);
  g_autoptr (TsmRestReply) reply = ask (self, TSM_ROUTE_CHANNEL, id);
  g_autoptr (TsmBody) body = NULL;
  gint64 guild_id = 0;

  if (reply == NULL)
    return FALSE;
  body = parse (reply);
  if (reply->status == 403 || reply->status == 404)
    tsm_checkup_add (self->checkup, TSM_FINDING_FAIL, SUBJECT,
                     "TSM cannot see channel %s of NOTICE_CHANNEL_IDS; check the id, and give it "
                     "the rights to see it and to write there",
                     id);
  else if (!tsm_rest_reply_is_done (reply) || body == NULL)
    say_refused (self, what, reply);
  else if (!tsm_body_get_member_integer (tsm_body_get_root (body), "guild_id", &guild_id) ||
           !is_of_group (self, guild_id))
    tsm_checkup_add (self->checkup, TSM_FINDING_FAIL, SUBJECT,
                     "channel %s of NOTICE_CHANNEL_IDS is in no guild of GUILD_ID", id);
  else
    tsm_checkup_add (self->checkup, TSM_FINDING_OK, SUBJECT,
                     "TSM sees channel %s of NOTICE_CHANNEL_IDS", id);
  return TRUE;
}

static void
check_each (const Check *self, TsmSetting setting,
            gboolean (*check) (const Check *self, const char *id))
{
  gsize n_ids;
  const gint64 *ids = tsm_settings_peek_ids (self->settings, setting, &n_ids);

  for (gsize i = 0; i < n_ids; i++) {
    g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, ids[i]);

    if (!check (self, id))
      return;
  }
}

void
tsm_check_discord (TsmCheckup *checkup, const TsmSettings *settings)
{
  TsmSecret *token = tsm_settings_peek_secret (settings, TSM_SETTING_TOKEN_BOT);
  const char *api = tsm_settings_get_text (settings, TSM_SETTING_DISCORD_API);
  g_autoptr (SoupSession) session = NULL;
  Check self = { .checkup = checkup, .settings = settings };

  if (token == NULL) {
    tsm_checkup_add (checkup, TSM_FINDING_OK, SUBJECT,
                     "TOKEN_BOT is not set: TSM is not on Discord");
    return;
  }
  session = tsm_client_new_session (api);
  self.rest = tsm_rest_new (&(TsmRestOptions){ .base = api, .token = token, .session = session });
  if (check_application (&self)) {
    check_each (&self, TSM_SETTING_GUILD_ID, check_guild);
    check_each (&self, TSM_SETTING_NOTICE_CHANNEL_IDS, check_channel);
  }
  g_free (self.application);
  tsm_rest_free (self.rest);
}
