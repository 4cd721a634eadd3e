/* SPDX-License-Identifier: MIT
 * tsm-edges: effects out to the devices, their answers back as events. */
#include "daemon/tsm-edges.h"
#include "base/tsm-error.h"
#include "base/tsm-log.h"
#include "daemon/tsm-service.h"

/* What there is to talk about with whom. */
typedef enum {
  TALK_PLUG = 0,
  TALK_COULEUR,
  TALK_RTE,
  TALK_PROBE,
  TALK_SHUTDOWN,
  TALK_WAKE,
} Talk;
#define N_TALKS (TALK_WAKE + 1)

/* How it went last. */
typedef enum {
  MOOD_WELL = 0,
  MOOD_FAILING,
  MOOD_DENIED, /* a person must act */
} Mood;

struct _TsmEdges {
  TsmEdgesFeed feed;
  gpointer data;
  GCancellable *cancellable;
  guint n_calls; /* under way */
  TsmPlug *plug;
  TsmColourSource *couleur, *rte;
  TsmHost *host; /* NULL: TSM only meters */
  TsmWolOptions wol;
  char *wol_target;
  Mood moods[N_TALKS];
};

/* A call under way, and what its answer has to repeat. */
typedef struct {
  TsmEdges *edges;
  Talk talk;
  TsmSource source;
  TsmOrder order;
  gboolean is_silence; /* a host that is off, comes up or goes down: the engine judges that */
} Call;

static Call *
begin_call (TsmEdges *self, Talk talk, const TsmEffect *effect)
{
  Call *call = g_new0 (Call, 1);

  call->edges = self;
  call->talk = talk;
  call->source = effect->source;
  call->order = effect->order;
  self->n_calls++;
  return call;
}

/* What a retry does not mend. */
static gboolean
is_denied (const GError *error)
{
  return g_error_matches (error, TSM_ERROR, TSM_ERROR_DENIED) ||
         g_error_matches (error, TSM_ERROR, TSM_ERROR_INVALID);
}

/* What went wrong, once an episode: its repetitions, whose texts may differ, go to debug. The
 * engine tells the group what it makes of it. */
static void
note (TsmEdges *self, Talk talk, const TsmEvent *event)
{
  static const struct {
    const char *topic;
    GLogLevelFlags level; /* one lost poll or fetch is everyday life */
  } talks[N_TALKS] = {
    [TALK_PLUG] = { "plug", G_LOG_LEVEL_INFO },
    [TALK_COULEUR] = { "colour", G_LOG_LEVEL_INFO },
    [TALK_RTE] = { "colour", G_LOG_LEVEL_INFO },
    [TALK_PROBE] = { "host", G_LOG_LEVEL_WARNING },
    [TALK_SHUTDOWN] = { "host", G_LOG_LEVEL_WARNING },
    [TALK_WAKE] = { "host", G_LOG_LEVEL_WARNING },
  };
  const Mood mood = event->message == NULL ? MOOD_WELL
                    : event->is_denied     ? MOOD_DENIED
                                           : MOOD_FAILING;

  if (event->message != NULL)
    tsm_log_write (mood == self->moods[talk] ? G_LOG_LEVEL_DEBUG : talks[talk].level,
                   talks[talk].topic, NULL, "%s", event->message);
  else if (self->moods[talk] != MOOD_WELL)
    tsm_info (talks[talk].topic, "it works again");
  self->moods[talk] = mood;
}

/* Takes @call, and @event unless the edges are being closed. */
static void
end_call (Call *call, TsmEvent *take_event)
{
  TsmEdges *self = call->edges;

  self->n_calls--;
  if (g_cancellable_is_cancelled (self->cancellable)) {
    tsm_event_free (take_event);
  } else {
    if (!call->is_silence)
      note (self, call->talk, take_event);
    self->feed (take_event, self->data);
  }
  g_free (call);
}

static void
take_failure (TsmEvent *event, const GError *error)
{
  event->message = g_strdup (error->message);
  event->is_denied = is_denied (error);
}

static void
on_reading (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_READING);
  g_autoptr (GError) error = NULL;

  if (!tsm_plug_read_finish (result, &event->reading, &error)) {
    event->kind = TSM_EVENT_PLUG_FAILED;
    take_failure (event, error);
  }
  end_call (data, g_steal_pointer (&event));
}

static TsmColourSource *
peek_source (TsmEdges *self, TsmSource source)
{
  g_assert (source == TSM_SOURCE_COULEUR || source == TSM_SOURCE_RTE);
  return source == TSM_SOURCE_RTE ? self->rte : self->couleur;
}

static void
on_colours (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_COLOURS);
  g_autoptr (GError) error = NULL;

  event->source = call->source;
  event->answers =
      tsm_colour_source_fetch_finish (peek_source (call->edges, call->source), result, &error);
  if (event->answers == NULL) {
    event->kind = TSM_EVENT_COLOURS_FAILED;
    take_failure (event, error);
  }
  end_call (call, g_steal_pointer (&event));
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_PROBED);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmHostProbe) probe = tsm_host_probe_finish (call->edges->host, result, &error);

  if (probe != NULL) {
    event->probe = probe->outcome;
    call->is_silence = probe->outcome == TSM_PROBE_SILENT || probe->outcome == TSM_PROBE_REFUSED;
    if (probe->outcome != TSM_PROBE_ANSWERS)
      event->message = g_strdup (probe->detail);
  } else {
    /* Nobody could be asked: to the engine the host is as silent as if it had been. */
    event->probe = TSM_PROBE_SILENT;
    take_failure (event, error);
  }
  end_call (call, g_steal_pointer (&event));
}

static void
end_order (Call *call, const GError *error)
{
  TsmEvent *event = tsm_event_new (TSM_EVENT_ORDERED);

  event->order = call->order;
  event->ordered = TSM_ORDERED;
  if (error != NULL) {
    take_failure (event, error);
    event->ordered = is_denied (error) ? TSM_ORDERED_DENIED : TSM_ORDERED_FAILED;
  }
  end_call (call, event);
}

static void
on_shutdown (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;

  tsm_host_shutdown_finish (call->edges->host, result, &error);
  end_order (call, error);
}

static void
on_woken (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  tsm_wol_send_finish (result, &error);
  end_order (data, error);
}

static void
start_order (TsmEdges *self, const TsmEffect *effect)
{
  g_assert (self->host != NULL);
  switch (effect->order) {
  case TSM_ORDER_SHUTDOWN:
    tsm_host_shutdown_async (self->host, self->cancellable, on_shutdown,
                             begin_call (self, TALK_SHUTDOWN, effect));
    return;
  case TSM_ORDER_WAKE:
    tsm_wol_send_async (&self->wol, self->cancellable, on_woken,
                        begin_call (self, TALK_WAKE, effect));
    return;
  }
  g_assert_not_reached ();
}

gboolean
tsm_edges_start (TsmEdges *self, const TsmEffect *effect)
{
  switch (effect->kind) {
  case TSM_EFFECT_READ_PLUG:
    tsm_plug_read_async (self->plug, effect->with_detail, self->cancellable, on_reading,
                         begin_call (self, TALK_PLUG, effect));
    return TRUE;
  case TSM_EFFECT_FETCH_COLOURS:
    tsm_colour_source_fetch_async (
        peek_source (self, effect->source), effect->from, effect->to + 1, self->cancellable,
        on_colours,
        begin_call (self, effect->source == TSM_SOURCE_RTE ? TALK_RTE : TALK_COULEUR, effect));
    return TRUE;
  case TSM_EFFECT_PROBE_HOST:
    g_assert (self->host != NULL);
    tsm_host_probe_async (self->host, self->cancellable, on_probed,
                          begin_call (self, TALK_PROBE, effect));
    return TRUE;
  case TSM_EFFECT_ORDER_HOST:
    start_order (self, effect);
    return TRUE;
  case TSM_EFFECT_REPLY:
  case TSM_EFFECT_NOTICE:
    return FALSE;
  }
  g_assert_not_reached ();
}

TsmEdges *
tsm_edges_new (const TsmSettings *settings, TsmEdgesFeed feed, gpointer data, GError **error)
{
  g_autoptr (TsmEdges) self = g_new0 (TsmEdges, 1);

  self->feed = feed;
  self->data = data;
  self->cancellable = g_cancellable_new ();
  self->plug = tsm_service_new_plug (settings, error);
  if (self->plug == NULL)
    return NULL;
  self->couleur = tsm_service_new_colours (settings, TSM_SOURCE_COULEUR, error);
  if (self->couleur == NULL)
    return NULL;
  self->rte = tsm_service_new_colours (settings, TSM_SOURCE_RTE, error);
  if (self->rte == NULL)
    return NULL;
  if (!tsm_service_has_host (settings))
    return g_steal_pointer (&self);
  self->host = tsm_service_new_host (settings, error);
  if (self->host == NULL || !tsm_service_read_wol (settings, &self->wol, &self->wol_target, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
tsm_edges_free (TsmEdges *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  while (self->n_calls > 0)
    g_main_context_iteration (context, TRUE);
  g_clear_pointer (&self->plug, tsm_plug_free);
  g_clear_pointer (&self->couleur, tsm_colour_source_free);
  g_clear_pointer (&self->rte, tsm_colour_source_free);
  g_clear_pointer (&self->host, tsm_host_free);
  g_free (self->wol_target);
  g_object_unref (self->cancellable);
  g_free (self);
}
