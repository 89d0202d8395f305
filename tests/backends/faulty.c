/*
 * A backend that does wrong what can be done wrong, by the name of the architecture; `fair` does nothing wrong.
 *
 * Faults that show before any job have builds of their own: -DNOTHING (not a backend at all), -DNEWER (a newer ABI), -DOLDER (a table of an older
 * one), -DSMALL (a table that is too small), -DHOLLOW (a function is missing), -DMUTE (invalid UTF-8 in its description), -DBABBLE (no
 * JSON), -DVAGUE (a schema that is none).
 */
#define _DEFAULT_SOURCE
#include "fail.h"
#include "fairgrid_backend.h"
#include "json.h"
#include "table.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#ifdef NOTHING
FG_EXPORT int some_other_library(void) { return 42; }
#else

struct fg_instance {
  atomic_bool cancelled;
};

/* ---------------------------------------------------------------- the ids of an input */

struct ids {
  char **texts;
  int64_t count;
};

static void free_ids(struct ids *ids) {
  for (int64_t i = 0; i < ids->count; i++) free(ids->texts[i]);
  free(ids->texts);
}

/* Reads an input to its end. */
static int32_t read_ids(const fg_host *host, const char *name, uint32_t epoch, struct ids *ids, bool release, fg_error *error) {
  struct ArrowArrayStream stream;
  struct ArrowSchema schema;
  struct ArrowArray batch;
  memset(ids, 0, sizeof *ids);
  if (host->open_input(host->context, name, epoch, &stream) != FG_OK) return fail(error, FG_INPUT, NULL, NULL, "`%s` does not open", name);
  if (stream.get_schema(&stream, &schema) != 0) return fail(error, FG_INPUT, NULL, NULL, "no schema");
  int64_t column = 0;
  while (strcmp(schema.children[column]->name, "id") != 0) column++;
  schema.release(&schema);
  int32_t status = FG_OK;
  for (uint64_t done = 1; status == FG_OK; done++) {
    if (stream.get_next(&stream, &batch) != 0) {
      status = fail(error, FG_INPUT, NULL, NULL, "the input broke off");
      break;
    }
    if (batch.release == NULL) break;
    const struct ArrowArray *id = batch.children[column];
    const int32_t *ends = (const int32_t *)id->buffers[1] + id->offset + batch.offset;
    ids->texts = realloc(ids->texts, (size_t)(ids->count + batch.length) * sizeof(char *));
    for (int64_t row = 0; row < batch.length; row++) {
      ids->texts[ids->count++] = strndup((const char *)id->buffers[2] + ends[row], (size_t)(ends[row + 1] - ends[row]));
    }
    batch.release(&batch);
    if (host->progress(host->context, done, 0, NULL) != 0) status = fail(error, FG_CANCELLED, NULL, NULL, "cancelled");
  }
  if (release) stream.release(&stream);
  return status;
}

/* ---------------------------------------------------------------- faults */

static bool is_mode(const char *job, const char *mode) {
  const char *architecture = member(job, "architecture");
  return is_text(architecture, mode) || is_text(first_key(architecture), mode);
}

static void crash(const char *job, struct fg_instance *instance, const fg_host *host) {
  if (is_mode(job, "abort")) {
    host->log(host->context, FG_LOG_ERROR, "about to abort");
    fprintf(stderr, "the backend's last words\n");
    abort();
  }
  if (is_mode(job, "segfault")) {
    volatile int *nowhere = NULL;
    *nowhere = 1;
  }
  if (is_mode(job, "leave")) _exit(0);
  if (is_mode(job, "hang")) {
    for (;;) pause();
  }
  if (is_mode(job, "stubborn")) {
    signal(SIGTERM, SIG_IGN);
    for (;;) pause();
  }
  if (is_mode(job, "patient")) {
    while (!atomic_load(&instance->cancelled)) usleep(1000);
  }
}

static void *log_elsewhere(void *host) {
  ((const fg_host *)host)->log(((const fg_host *)host)->context, FG_LOG_WARN, "from another thread");
  return NULL;
}

static void *ask_elsewhere(void *host) {
  struct ArrowArrayStream stream;
  if (((const fg_host *)host)->open_input(((const fg_host *)host)->context, "predict", 0, &stream) == FG_OK) stream.release(&stream);
  return NULL;
}

/* `log` after `run` has returned is forbidden, and must not crash the worker. */
static fg_host stray_host;

static void *log_late(void *unused) {
  (void)unused;
  usleep(20000);
  stray_host.log(stray_host.context, FG_LOG_INFO, "too late");
  return NULL;
}

/* Spoils a good table. */
static void spoil(const char *job, struct table *table, int classes) {
  struct ArrowArray *id = table->array.children[0], *scores = table->array.children[1], *values = scores->children[0];
  float *numbers = (float *)values->buffers[1];
  int32_t *ends = (int32_t *)id->buffers[1];
  if (is_mode(job, "nan")) numbers[classes] = NAN;
  if (is_mode(job, "infinite")) numbers[0] = INFINITY;
  if (is_mode(job, "wrong_type")) table->schema.children[1]->children[0]->format = "i";
  if (is_mode(job, "wrong_name")) table->schema.children[1]->name = "guesses";
  if (is_mode(job, "no_id")) table->schema.children[0]->name = "key";
  if (is_mode(job, "improbable")) table->schema.children[1]->name = "probabilities", numbers[0] = 3;
  if (is_mode(job, "negative_length")) table->array.length = -4;
  if (is_mode(job, "huge_length")) table->array.length = table->array.children[0]->length = INT64_MAX;
  if (is_mode(job, "short_column")) scores->length--;
  if (is_mode(job, "falling_offsets")) ends[1] = 1 << 30;
  if (is_mode(job, "negative_offsets")) ends[0] = -5;
  if (is_mode(job, "no_buffer")) values->buffers[1] = NULL;
  if (is_mode(job, "few_buffers")) id->n_buffers = 1;
  if (is_mode(job, "no_child")) scores->children[0] = NULL;
  if (is_mode(job, "no_format")) table->schema.children[1]->format = NULL;
  if (is_mode(job, "odd_format")) table->schema.children[1]->format = "+w:minus one";
  if (is_mode(job, "not_utf8")) *(char *)id->buffers[2] = (char)0xff;
  if (is_mode(job, "nulls")) scores->null_count = 1;
  if (is_mode(job, "released")) drop_table(table);
}

static int32_t predict(struct fg_instance *instance, const char *job, const fg_host *host, fg_error *error) {
  struct ids ids;
  int32_t status = read_ids(host, "predict", 0, &ids, !is_mode(job, "open_stream"), error);
  if (is_mode(job, "liar")) status = FG_OK; /* says that all is well, whatever the host said */
  if (is_mode(job, "patient") && status == FG_OK && atomic_load(&instance->cancelled)) status = fail(error, FG_CANCELLED, NULL, NULL, "cancelled");
  int classes = list_length(member(job, "classes")), width = is_mode(job, "wrong_width") ? classes + 1 : classes;
  int64_t rows = ids.count;
  if (is_mode(job, "too_few")) rows--;
  if (is_mode(job, "wrong_id") && rows > 0) ids.texts[0][0] = '?';
  if (is_mode(job, "twice") && rows > 1) free(ids.texts[0]), ids.texts[0] = strdup(ids.texts[1]);
  if (is_mode(job, "no_rows")) rows = 0;
  if (status == FG_OK && is_mode(job, "null_table")) {
    host->emit(host->context, "rows", NULL, NULL);
  } else if (status == FG_OK && rows > 0) {
    struct table table;
    begin_table(&table, rows, 2);
    add_texts(&table, "id", (const char *const *)ids.texts);
    float *scores = add_scores(&table, "logits", width);
    for (int64_t i = 0; i < rows * width; i++) scores[i] = (float)(i % width);
    spoil(job, &table, classes);
    const char *name = is_mode(job, "wrong_output") ? "epochs" : "rows";
    if (host->emit(host->context, name, &table.schema, &table.array) != FG_OK && !is_mode(job, "liar")) {
      status = fail(error, FG_HOST, NULL, NULL, "the host did not take `%s`", name);
    }
  }
  free_ids(&ids);
  return status;
}

static int32_t train(const char *job, const fg_host *host, fg_error *error) {
  const char *focal = member(member(member(job, "train"), "loss"), "focal"), *save = member(job, "save_weights");
  double gamma, epochs = 1;
  if (read_number(member(focal, "gamma"), &gamma)) {
    return fail(error, FG_INVALID, "/train/loss/focal/gamma", "try 2", "`gamma` (%g) is not to the taste of this backend", gamma);
  }
  read_number(member(member(job, "train"), "epochs"), &epochs);
  for (uint32_t epoch = 0; epoch < epochs; epoch++) {
    struct ids ids;
    int32_t status = read_ids(host, "train", epoch, &ids, true, error);
    free_ids(&ids);
    if (status != FG_OK) return status;
    struct table table;
    begin_table(&table, 1, 3);
    *(int32_t *)add_numbers(&table, "epoch", "i", 4) = (int32_t)epoch;
    *(double *)add_numbers(&table, "loss", "g", 8) = is_mode(job, "diverges") ? NAN : 1;
    *(double *)add_numbers(&table, "learning_rate", "g", 8) = 1;
    if (is_mode(job, "wrong_epochs")) table.schema.children[1]->name = "lost";
    if (host->emit(host->context, "epochs", &table.schema, &table.array) != FG_OK) return fail(error, FG_HOST, NULL, NULL, "not taken");
    if (host->epoch_end(host->context, epoch) < 0) return fail(error, FG_HOST, NULL, NULL, "not scored");
  }
  if (is_mode(job, "no_weights") || save == NULL) return FG_OK;
  char path[4096] = {0};
  snprintf(path, sizeof path, "%.*s", (int)(skip_value(save) - save - 2), save + 1);
  FILE *file = fopen(path, "wb");
  if (file == NULL) return fail(error, FG_FILE, "/save_weights", NULL, "cannot write `%s`", path);
  fputs("weights", file);
  fclose(file);
  return FG_OK;
}

static int32_t run(struct fg_instance *instance, const char *job, const fg_host *host, fg_error *error) {
  pthread_t thread;
  job = skip_space(job);
  atomic_store(&instance->cancelled, false);
  crash(job, instance, host);
  if (is_mode(job, "unknown_status")) return fail(error, 77, NULL, NULL, "status 77");
  if (is_mode(job, "mute")) return FG_RUNTIME;
  if (is_mode(job, "garbled")) return fail(error, FG_RUNTIME, NULL, NULL, "bytes \xff\xfe");
  if (is_mode(job, "memory")) return fail(error, FG_MEMORY, NULL, "use a smaller batch_size", "cannot allocate 1 TB");
  if (is_mode(job, "log_elsewhere") || is_mode(job, "ask_elsewhere")) {
    pthread_create(&thread, NULL, is_mode(job, "log_elsewhere") ? log_elsewhere : ask_elsewhere, (void *)(uintptr_t)host);
    pthread_join(thread, NULL);
  }
  if (is_mode(job, "log_late")) {
    stray_host = *host;
    pthread_create(&thread, NULL, log_late, NULL);
    pthread_detach(thread);
  }
  if (is_text(member(job, "ability"), "train")) return train(job, host, error);
  if (is_text(member(job, "ability"), "predict")) return predict(instance, job, host, error);
  return fail(error, FG_UNSUPPORTED, "/ability", NULL, "this backend can train and predict");
}

/* ---------------------------------------------------------------- the table */

#define CLOSED "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {}}"
#define THING(name) "{\"name\": \"" name "\", \"summary\": \"does it wrong\", \"options\": " CLOSED "}"

static int32_t describe(const char **json, fg_error *error) {
  (void)error;
#if defined(MUTE)
  *json = "{\"name\": \"faulty\xff\"}";
#elif defined(BABBLE)
  *json = "name: faulty";
#elif defined(VAGUE)
  *json = "{\"name\": \"faulty\", \"version\": \"1\", \"devices\": [\"cpu\"], \"abilities\": [\"predict\"], \"kinds\": {\"losses\": "
          "[{\"name\": \"focal\", \"options\": {\"type\": \"object\", \"additionalProperties\": false, \"properties\": "
          "{\"gamma\": {\"type\": \"nomber\"}}}}]}}";
#else
  *json = "{\"name\": \"faulty\", \"version\": \"1\", \"runtime\": null, \"devices\": [\"cpu\"], \"abilities\": [\"train\", \"predict\"],"
          "\"kinds\": {\"architectures\": [" THING("fair") "," THING("abort") "," THING("segfault") "," THING("leave") "," THING("hang")
          "," THING("stubborn") "," THING("patient") "," THING("nan") "," THING("infinite") "," THING("wrong_type") "," THING("wrong_name")
          "," THING("wrong_width") "," THING("no_id") "," THING("improbable") "," THING("too_few") "," THING("twice") "," THING("wrong_id")
          "," THING("no_rows") "," THING("wrong_output") "," THING("null_table") "," THING("released") "," THING("not_utf8")
          "," THING("nulls") "," THING("unknown_status") "," THING("mute") "," THING("garbled") "," THING("memory") "," THING("liar")
          "," THING("diverges") "," THING("no_weights") "," THING("wrong_epochs") "], \"losses\": [" THING("cross_entropy")
          ", {\"name\": \"focal\", \"summary\": \"refused\", \"options\": {\"type\": \"object\", \"additionalProperties\": false,"
          " \"properties\": {\"gamma\": {\"type\": \"number\", \"default\": 2.0}}}}], \"optimizers\": [" THING("sgd")
          "], \"schedules\": [" THING("constant") "]}}";
#endif
  return FG_OK;
}

static int32_t open_instance(const char *config, fg_instance **instance, fg_error *error) {
  (void)config;
  *instance = calloc(1, sizeof **instance);
  return *instance == NULL ? fail(error, FG_MEMORY, NULL, NULL, "not enough memory for an instance") : FG_OK;
}

static void cancel(fg_instance *instance) { atomic_store(&instance->cancelled, true); }

static void close_instance(fg_instance *instance) { free(instance); }

FG_EXPORT const fg_backend *fairgrid_backend(uint32_t host_major, uint32_t host_minor) {
  static fg_backend backend = {sizeof backend, FG_ABI_MAJOR, FG_ABI_MINOR, describe, open_instance, run, cancel, close_instance};
  (void)host_minor;
#if defined(NEWER)
  backend.abi_major = 3;
  backend.abi_minor = 2;
  return host_major == 3 ? &backend : NULL;
#elif defined(OLDER)
  backend.abi_major = 0;
  (void)host_major;
#elif defined(SMALL)
  backend.size = 16;
  (void)host_major;
#elif defined(HOLLOW)
  backend.run = NULL;
  (void)host_major;
#else
  if (host_major != FG_ABI_MAJOR) return NULL;
#endif
  return &backend;
}
#endif
