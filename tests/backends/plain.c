/*
 * A complete backend in plain C, from the header alone: the nearest mean color.
 *
 * Training finds the mean color of each class, epoch by epoch: mean = momentum * mean + (1 - momentum) * mean of this epoch. A prediction's
 * logit is the negative squared distance to the class's mean color, in units of `temperature`. Both are deterministic, and slow enough to
 * converge that every epoch leaves another model.
 *
 *   cc -std=c11 -Wall -Wextra -fPIC -shared -fvisibility=hidden -I backends/abi -o libfairgrid_plain.so tests/backends/plain.c -lm
 */
#include "fail.h"
#include "fairgrid_backend.h"
#include "json.h"
#include "table.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CLASSES 1024
#define MAX_CHANNELS 4

/* ---------------------------------------------------------------- the model */

struct fg_instance {
  atomic_bool cancelled;
};

struct model {
  int32_t classes, channels, epochs; /* epochs: how many were trained */
  double mean[MAX_CLASSES][MAX_CHANNELS];
};

struct job {
  int32_t classes, channels;
  int64_t pixels;
  double mean[MAX_CHANNELS], std[MAX_CHANNELS], temperature, momentum;
};

static const char MAGIC[8] = "fgplain";

static int32_t save(const char *path, const struct model *model, fg_error *error) {
  char aside[4096];
  if (snprintf(aside, sizeof aside, "%s.partial", path) >= (int)sizeof aside) {
    return fail(error, FG_FILE, NULL, NULL, "the path `%s` is too long", path);
  }
  FILE *file = fopen(aside, "wb");
  int32_t head[3] = {model->classes, model->channels, model->epochs};
  bool good = file != NULL && fwrite(MAGIC, sizeof MAGIC, 1, file) == 1 && fwrite(head, sizeof head, 1, file) == 1;
  for (int c = 0; good && c < model->classes; c++) {
    good = fwrite(model->mean[c], sizeof(double), (size_t)model->channels, file) == (size_t)model->channels;
  }
  if (file != NULL) good = fclose(file) == 0 && good;
  if (!good || rename(aside, path) != 0) return fail(error, FG_FILE, NULL, "is there room on the disk?", "cannot write `%s`", path);
  return FG_OK;
}

static int32_t load(const char *path, const struct job *job, struct model *model, fg_error *error) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return fail(error, FG_FILE, "/weights", NULL, "cannot open `%s`", path);
  char magic[sizeof MAGIC];
  int32_t head[3];
  bool good = fread(magic, sizeof magic, 1, file) == 1 && memcmp(magic, MAGIC, sizeof magic) == 0 && fread(head, sizeof head, 1, file) == 1;
  bool fits = good && head[0] == job->classes && head[1] == job->channels;
  for (int c = 0; fits && good && c < head[0]; c++) {
    good = fread(model->mean[c], sizeof(double), (size_t)head[1], file) == (size_t)head[1];
  }
  fclose(file);
  if (!good) return fail(error, FG_FILE, "/weights", NULL, "`%s` holds no weights of this backend", path);
  if (!fits) {
    return fail(error, FG_FILE, "/weights", NULL, "the weights are for %d classes and %d channels, the job has %d and %d", head[0], head[1],
                job->classes, job->channels);
  }
  model->classes = head[0], model->channels = head[1], model->epochs = head[2];
  return FG_OK;
}

/* ---------------------------------------------------------------- reading a batch */

struct batch {
  struct ArrowArray array;
  int64_t rows;
  const struct ArrowArray *id, *image, *target, *weight; /* target and weight may be NULL */
  int64_t image_size;
};

struct columns {
  int64_t id, image, target, weight;
  int64_t image_size;
};

static bool find_columns(struct ArrowArrayStream *stream, struct columns *columns) {
  struct ArrowSchema schema;
  if (stream->get_schema(stream, &schema) != 0) return false;
  columns->id = columns->image = columns->target = columns->weight = -1;
  for (int64_t i = 0; i < schema.n_children; i++) {
    const struct ArrowSchema *child = schema.children[i];
    if (child->name == NULL) continue;
    if (strcmp(child->name, "id") == 0 && strcmp(child->format, "u") == 0) columns->id = i;
    if (strcmp(child->name, "target") == 0 && strcmp(child->format, "i") == 0) columns->target = i;
    if (strcmp(child->name, "weight") == 0 && strcmp(child->format, "f") == 0) columns->weight = i;
    if (strcmp(child->name, "image") == 0 && strncmp(child->format, "+w:", 3) == 0 && strcmp(child->children[0]->format, "C") == 0) {
      columns->image = i;
      columns->image_size = strtoll(child->format + 3, NULL, 10);
    }
  }
  schema.release(&schema);
  return columns->id >= 0 && columns->image >= 0;
}

/* The channel means of one image, normalized as the job says. A struct's offset adds to that of its children. */
static void color_of(const struct job *job, const struct ArrowArray *table, const struct ArrowArray *image, int64_t row, double *color) {
  const struct ArrowArray *values = image->children[0];
  int64_t size = job->pixels * job->channels;
  const uint8_t *bytes = (const uint8_t *)values->buffers[1] + values->offset + (table->offset + image->offset + row) * size;
  uint64_t sums[MAX_CHANNELS] = {0};
  for (int64_t i = 0; i < size; i++) sums[i % job->channels] += bytes[i];
  for (int c = 0; c < job->channels; c++) color[c] = ((double)sums[c] / (double)job->pixels - job->mean[c]) / job->std[c];
}

static double distance(const struct model *model, int class, const double *color) {
  double sum = 0;
  for (int c = 0; c < model->channels; c++) sum += (color[c] - model->mean[class][c]) * (color[c] - model->mean[class][c]);
  return sum;
}

/* Copies the ids of a batch. */
static bool add_ids(struct table *table, const struct batch *batch) {
  struct ArrowSchema *schema;
  struct ArrowArray *array = add_column(table, "id", "u", 3, &schema);
  const int32_t *from = (const int32_t *)batch->id->buffers[1] + batch->id->offset + batch->array.offset;
  int32_t *to = array == NULL ? NULL : own(table->array.private_data, (size_t)(batch->rows + 1) * sizeof *to);
  char *bytes = to == NULL ? NULL : own(table->array.private_data, (size_t)(from[batch->rows] - from[0]));
  if (bytes == NULL) return false;
  for (int64_t row = 0; row <= batch->rows; row++) to[row] = from[row] - from[0];
  if (to[batch->rows] > 0) memcpy(bytes, (const char *)batch->id->buffers[2] + from[0], (size_t)to[batch->rows]);
  array->buffers[1] = to;
  array->buffers[2] = bytes;
  return true;
}

static int32_t emit(const fg_host *host, const char *name, struct table *table, bool good, fg_error *error) {
  if (!good) {
    drop_table(table);
    return fail(error, FG_MEMORY, NULL, NULL, "not enough memory for `%s`", name);
  }
  int32_t status = host->emit(host->context, name, &table->schema, &table->array);
  return status == FG_OK ? FG_OK : fail(error, FG_HOST, NULL, NULL, "the host did not take `%s`", name);
}

/* ---------------------------------------------------------------- walking over an input */

typedef int32_t (*visitor)(void *context, struct batch *batch, fg_error *error);

static int32_t walk(struct fg_instance *instance, const struct job *job, const fg_host *host, const char *name, uint32_t epoch, uint64_t done,
                    uint64_t total, visitor visit, void *context, fg_error *error) {
  struct ArrowArrayStream stream;
  if (host->open_input(host->context, name, epoch, &stream) != FG_OK) return fail(error, FG_INPUT, NULL, NULL, "`%s` does not open", name);
  struct columns columns = {-1, -1, -1, -1, 0};
  int32_t status = FG_OK;
  if (!find_columns(&stream, &columns)) {
    status = fail(error, FG_INPUT, NULL, NULL, "`%s` has not the columns that the header promises", name);
  } else if (columns.image_size != job->pixels * job->channels) {
    status = fail(error, FG_INTERNAL, NULL, NULL, "an image has %lld bytes", (long long)columns.image_size);
  }
  while (status == FG_OK) {
    struct batch batch;
    if (stream.get_next(&stream, &batch.array) != 0) {
      const char *reason = stream.get_last_error(&stream);
      status = fail(error, FG_INPUT, NULL, NULL, "%s", reason == NULL ? "the input failed" : reason);
      break;
    }
    if (batch.array.release == NULL) break;
    batch.rows = batch.array.length;
    batch.id = batch.array.children[columns.id];
    batch.image = batch.array.children[columns.image];
    batch.target = columns.target < 0 ? NULL : batch.array.children[columns.target];
    batch.weight = columns.weight < 0 ? NULL : batch.array.children[columns.weight];
    batch.image_size = columns.image_size;
    status = visit(context, &batch, error);
    batch.array.release(&batch.array);
    if (status == FG_OK && (host->progress(host->context, ++done, total, name) != 0 || atomic_load(&instance->cancelled))) {
      status = fail(error, FG_CANCELLED, NULL, NULL, "cancelled");
    }
  }
  stream.release(&stream);
  return status;
}

struct learning {
  const struct job *job;
  const struct model *model;
  double sum[MAX_CLASSES][MAX_CHANNELS], loss;
  double count[MAX_CLASSES], items;
};

static int32_t learn(void *context, struct batch *batch, fg_error *error) {
  struct learning *learning = context;
  if (batch->target == NULL) return fail(error, FG_INPUT, NULL, NULL, "the column `target` is missing");
  const int32_t *targets = (const int32_t *)batch->target->buffers[1] + batch->target->offset + batch->array.offset;
  const float *weights =
      batch->weight == NULL ? NULL : (const float *)batch->weight->buffers[1] + batch->weight->offset + batch->array.offset;
  for (int64_t row = 0; row < batch->rows; row++) {
    double weight = weights == NULL ? 1 : weights[row];
    int32_t class = targets[row];
    if (class < 0 || class >= learning->job->classes) return fail(error, FG_INTERNAL, NULL, NULL, "a target is %d", class);
    double color[MAX_CHANNELS];
    color_of(learning->job, &batch->array, batch->image, row, color);
    for (int c = 0; c < learning->job->channels; c++) learning->sum[class][c] += weight * color[c];
    learning->loss += weight * distance(learning->model, class, color);
    learning->count[class] += weight;
    learning->items += weight;
  }
  return FG_OK;
}

struct scoring {
  const struct job *job;
  const struct model *model;
  const fg_host *host;
  const char *output;
};

static int32_t score(void *context, struct batch *batch, fg_error *error) {
  struct scoring *scoring = context;
  struct table table;
  bool good = begin_table(&table, batch->rows, 2) && add_ids(&table, batch);
  float *logits = good ? add_scores(&table, "logits", scoring->job->classes) : NULL;
  for (int64_t row = 0; logits != NULL && row < batch->rows; row++) {
    double color[MAX_CHANNELS];
    color_of(scoring->job, &batch->array, batch->image, row, color);
    for (int class = 0; class < scoring->job->classes; class++) {
      *logits++ = (float)(-distance(scoring->model, class, color) / scoring->job->temperature);
    }
  }
  return emit(scoring->host, scoring->output, &table, logits != NULL, error);
}

/* ---------------------------------------------------------------- jobs */

/* The options of the only thing of its kind: `{"nearest_mean": {"temperature": 1.0}}`. `option` NULL: it has none. */
static int32_t read_option(const char *choice, const char *pointer, const char *name, const char *option, double fallback, double least,
                           double most, double *value, fg_error *error) {
  char place[256], help[256];
  const char *options = member(choice, name), *written = option == NULL ? NULL : member(options, option);
  if (options == NULL && !is_text(choice, name)) {
    snprintf(help, sizeof help, "write `%s`", name);
    return fail(error, FG_INVALID, pointer, help, "this backend has nothing else here than `%s`", name);
  }
  if (member_count(options) > (written != NULL)) {
    snprintf(place, sizeof place, "%s/%s", pointer, name);
    snprintf(help, sizeof help, "its options: %s", option == NULL ? "none" : option);
    return fail(error, FG_INVALID, place, help, "`%s` has no such option", name);
  }
  *value = fallback;
  if (written == NULL) return FG_OK;
  snprintf(place, sizeof place, "%s/%s/%s", pointer, name, option);
  if (!read_number(written, value)) return fail(error, FG_INVALID, place, NULL, "`%s` must be a number", option);
  if (!(*value >= least && *value <= most)) {
    return fail(error, FG_INVALID, place, NULL, "`%s` (%g) must be from %g to %g", option, *value, least, most);
  }
  return FG_OK;
}

static int32_t read_job(const char *text, struct job *job, fg_error *error) {
  const char *input = member(text, "input"), *device = member(text, "device");
  double height, width, channels;
  job->classes = list_length(member(text, "classes"));
  if (job->classes < 1 || job->classes > MAX_CLASSES) {
    return fail(error, FG_INVALID, "/classes", NULL, "there must be from 1 to %d classes", MAX_CLASSES);
  }
  if (member(text, "labels") != NULL && !is_text(member(text, "labels"), "single")) {
    return fail(error, FG_UNSUPPORTED, "/labels", NULL, "this backend knows one class an image, not several");
  }
  if (device != NULL && !is_text(device, "cpu")) return fail(error, FG_UNSUPPORTED, "/device", NULL, "the only device is `cpu`");
  if (!read_number(member(input, "height"), &height) || !read_number(member(input, "width"), &width) ||
      !read_number(member(input, "channels"), &channels) || height < 1 || width < 1 || channels < 1 || channels > MAX_CHANNELS) {
    return fail(error, FG_INVALID, "/input", NULL, "height, width and channels are needed, with at most %d channels", MAX_CHANNELS);
  }
  job->pixels = (int64_t)height * (int64_t)width;
  job->channels = (int32_t)channels;
  if (read_numbers(member(input, "mean"), job->mean, MAX_CHANNELS) != job->channels) {
    return fail(error, FG_INVALID, "/input/mean", NULL, "`mean` must have a number for each channel");
  }
  if (read_numbers(member(input, "std"), job->std, MAX_CHANNELS) != job->channels) {
    return fail(error, FG_INVALID, "/input/std", NULL, "`std` must have a number for each channel");
  }
  return read_option(member(text, "architecture"), "/architecture", "nearest_mean", "temperature", 1.0, 1e-6, 1e6, &job->temperature, error);
}

static uint64_t batches_of(const char *text, const char *input) {
  double batches;
  return read_number(member(member(member(text, "inputs"), input), "batches"), &batches) ? (uint64_t)batches : 0;
}

static int32_t emit_epoch(const fg_host *host, uint32_t epoch, double loss, double rate, fg_error *error) {
  struct table table;
  bool good = begin_table(&table, 1, 3);
  int32_t *epochs = good ? add_numbers(&table, "epoch", "i", sizeof *epochs) : NULL;
  double *losses = epochs == NULL ? NULL : add_numbers(&table, "loss", "g", sizeof *losses);
  double *rates = losses == NULL ? NULL : add_numbers(&table, "learning_rate", "g", sizeof *rates);
  if (rates != NULL) epochs[0] = (int32_t)epoch, losses[0] = loss, rates[0] = rate;
  return emit(host, "epochs", &table, rates != NULL, error);
}

static int32_t train(struct fg_instance *instance, const char *text, struct job *job, struct model *model, const fg_host *host, fg_error *error) {
  const char *block = member(text, "train"), *checkpoint = member(text, "checkpoint"), *resume = member(checkpoint, "resume");
  double epochs, unused;
  int32_t status;
  if (!read_number(member(block, "epochs"), &epochs) || epochs < 1 || epochs > 1e6) {
    return fail(error, FG_INVALID, "/train/epochs", NULL, "`epochs` must be from 1 to 1000000");
  }
  status = read_option(member(block, "loss"), "/train/loss", "squared_distance", NULL, 0, 0, 0, &unused, error);
  if (status != FG_OK) return status;
  status = read_option(member(block, "optimizer"), "/train/optimizer", "running_mean", "momentum", 0.5, 0, 1, &job->momentum, error);
  if (status != FG_OK) return status;
  char *out = copy_text(member(text, "save_weights")), *keep = copy_text(member(checkpoint, "save"));
  struct learning *learning = malloc(sizeof *learning);
  if (out == NULL || learning == NULL) {
    status = fail(error, out == NULL ? FG_INVALID : FG_MEMORY, "/save_weights", NULL, "no place for the weights");
  } else if (resume != NULL && strncmp(resume, "true", 4) == 0) {
    status = load(keep, job, model, error);
  } else {
    model->epochs = 0;
  }
  uint64_t batches = batches_of(text, "train"), total = batches * (uint64_t)epochs;
  bool kept = false;
  for (uint32_t epoch = (uint32_t)model->epochs; status == FG_OK && epoch < (uint32_t)epochs; epoch++) {
    memset(learning, 0, sizeof *learning);
    learning->job = job;
    learning->model = model;
    status = walk(instance, job, host, "train", epoch, epoch * batches, total, learn, learning, error);
    if (status != FG_OK) break;
    for (int class = 0; class < job->classes; class++) {
      for (int c = 0; c < job->channels && learning->count[class] > 0; c++) {
        double mean = learning->sum[class][c] / learning->count[class];
        model->mean[class][c] = job->momentum * model->mean[class][c] + (1 - job->momentum) * mean;
      }
    }
    model->epochs = (int32_t)epoch + 1;
    double loss = learning->items <= 0 ? 0 : learning->loss / learning->items;
    status = emit_epoch(host, epoch, loss, 1 - job->momentum, error);
    if (status == FG_OK && member(member(text, "inputs"), "validation") != NULL) {
      struct scoring scoring = {job, model, host, "validation"};
      status = walk(instance, job, host, "validation", epoch, 0, batches_of(text, "validation"), score, &scoring, error);
    }
    if (status != FG_OK) break;
    int32_t verdict = host->epoch_end(host->context, epoch);
    if (verdict < 0) status = fail(error, FG_HOST, NULL, NULL, "the host could not score epoch %u", epoch);
    if (verdict == FG_KEEP) {
      status = save(out, model, error);
      kept = true;
    }
    if (status == FG_OK && keep != NULL) status = save(keep, model, error);
    if (verdict == FG_STOP) break;
  }
  /* What was kept by an earlier process, before a resume, is still there. */
  FILE *earlier = resume != NULL && strncmp(resume, "true", 4) == 0 && out != NULL ? fopen(out, "rb") : NULL;
  if (earlier != NULL) {
    fclose(earlier);
    kept = true;
  }
  if (status == FG_OK && !kept) status = save(out, model, error);
  free(learning);
  free(out);
  free(keep);
  return status;
}

static int32_t run(struct fg_instance *instance, const char *text, const fg_host *host, fg_error *error) {
  atomic_store(&instance->cancelled, false);
  text = skip_space(text);
  struct job job = {0};
  int32_t status = read_job(text, &job, error);
  if (status != FG_OK) return status;
  struct model *model = calloc(1, sizeof *model);
  if (model == NULL) return fail(error, FG_MEMORY, NULL, NULL, "not enough memory for a model");
  model->classes = job.classes;
  model->channels = job.channels;
  bool trains = is_text(member(text, "ability"), "train");
  char *weights = copy_text(member(text, "weights"));
  if (weights != NULL) status = load(weights, &job, model, error);
  if (status == FG_OK && trains) {
    status = train(instance, text, &job, model, host, error);
  } else if (status == FG_OK && !is_text(member(text, "ability"), "predict")) {
    status = fail(error, FG_UNSUPPORTED, "/ability", NULL, "this backend can train and predict");
  } else if (status == FG_OK && weights == NULL) {
    status = fail(error, FG_INVALID, "/weights", "train it first", "a model without weights cannot predict");
  } else if (status == FG_OK) {
    struct scoring scoring = {&job, model, host, "rows"};
    status = walk(instance, &job, host, "predict", 0, 0, batches_of(text, "predict"), score, &scoring, error);
  }
  free(weights);
  free(model);
  return status;
}

/* ---------------------------------------------------------------- the table */

static int32_t describe(const char **json, fg_error *error) {
  (void)error;
  *json =
      "{\"name\": \"plain\", \"version\": \"1.0.0\", \"runtime\": null, \"devices\": [\"cpu\"], \"abilities\": [\"train\", \"predict\"],"
      " \"kinds\": {"
      "\"architectures\": [{\"name\": \"nearest_mean\", \"summary\": \"the class with the nearest mean color\", \"options\":"
      " {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\"temperature\": {\"type\": \"number\","
      " \"description\": \"divides squared distances\", \"default\": 1.0, \"minimum\": 0.000001, \"maximum\": 1000000}}}}],"
      "\"losses\": [{\"name\": \"squared_distance\", \"summary\": \"to the mean color of the item's class\", \"options\":"
      " {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {}}}],"
      "\"optimizers\": [{\"name\": \"running_mean\", \"summary\": \"an exponential mean over epochs\", \"options\":"
      " {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\"momentum\": {\"type\": \"number\","
      " \"description\": \"the share of the old mean\", \"default\": 0.5, \"minimum\": 0, \"maximum\": 1}}}}],"
      "\"schedules\": [{\"name\": \"constant\", \"summary\": \"no change\", \"options\":"
      " {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {}}}]}}";
  return FG_OK;
}

static int32_t open_instance(const char *config, fg_instance **instance, fg_error *error) {
  (void)config;
  *instance = calloc(1, sizeof **instance);
  return *instance == NULL ? fail(error, FG_MEMORY, NULL, NULL, "not enough memory for an instance") : FG_OK;
}

static void cancel(fg_instance *instance) { atomic_store(&instance->cancelled, true); }

static void close_instance(fg_instance *instance) { free(instance); }

const fg_backend *fairgrid_backend(uint32_t host_major, uint32_t host_minor) {
  static const fg_backend backend = {
      .size = sizeof(fg_backend),
      .abi_major = FG_ABI_MAJOR,
      .abi_minor = FG_ABI_MINOR,
      .describe = describe,
      .open = open_instance,
      .run = run,
      .cancel = cancel,
      .close = close_instance,
  };
  (void)host_minor;
  return host_major == FG_ABI_MAJOR ? &backend : NULL;
}
