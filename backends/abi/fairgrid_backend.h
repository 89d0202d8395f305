/*
 * fairgrid_backend.h: the contract between fairgrid (the host) and a backend, version 1.0.
 *
 * A backend is a shared library that trains models, predicts with them, or both. It exports one
 * symbol, `fairgrid_backend`, and needs nothing but this file. The host loads it in a worker
 * process of its own, one backend a process, hands it jobs as JSON and images as Arrow arrays, and
 * collects scores as Arrow arrays. The host reads datasets, orders and augments items, scores
 * predictions and chooses checkpoints; a backend computes.
 *
 * FILES. The library is named `libfairgrid_NAME.so` (`.dylib` on macOS), where NAME is the `name`
 * of its description: lower-case letters, digits and underscores, beginning with a letter. Beside
 * it lies `NAME.fairgrid.json`, which fairgrid writes: the description and the library's digest.
 *
 * TEXT. Every `const char *` is UTF-8 and ends with a NUL. JSON is one value of that kind.
 *
 * STRUCTS. The first member of every struct is its `size` in bytes as its maker compiled it. Structs
 * grow only at their end, so a reader may use a member only where `size` covers it; see FG_HAS.
 * Members that are added later never change the meaning of those before them.
 *
 * THREADS. Each function has a tag that says from where it may be called:
 *   [loader]  one thread, before anything else, and never at the same time as itself.
 *   [run]     the thread that called `run`, and only until `run` returns.
 *   [any]     any thread; the implementer takes care of races.
 * An instance runs one job at a time. Several instances of one library may exist, but the host
 * opens one.
 *
 * OWNERS. Each function says who owns what it takes and gives. Where it says nothing, an argument is
 * borrowed for the duration of the call.
 *
 * FAILURE. A function that can fail returns a status: FG_OK or another of the FG_* codes below, and
 * then fills an `fg_error`. No exception, panic or longjmp may cross this boundary, in either
 * direction. A crash or a hang ends the worker, costs that one cell of the study, and is reported with
 * the last lines that were logged or written to stderr.
 */
#ifndef FAIRGRID_BACKEND_H
#define FAIRGRID_BACKEND_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header. A change of the major number breaks; the minor number counts additions. */
#define FG_ABI_MAJOR 1
#define FG_ABI_MINOR 0

/* Whether the struct at `pointer` is large enough to have `member`. */
#define FG_HAS(type, pointer, member) ((pointer)->size >= offsetof(type, member) + sizeof((pointer)->member))

/* Put before the definition of `fairgrid_backend`; compile with -fvisibility=hidden to export nothing else. */
#if defined(_WIN32)
#define FG_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define FG_EXPORT __attribute__((visibility("default")))
#else
#define FG_EXPORT
#endif

/* ------------------------------------------------------------------------------------------------
 * Arrow's C data and C stream interfaces, as Arrow defines them, under Arrow's own guards.
 * https://arrow.apache.org/docs/format/CDataInterface.html says how columns lie in memory, and how
 * `release` hands memory back: a struct whose `release` is NULL is released (or was moved away).
 * ------------------------------------------------------------------------------------------------ */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};
#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};
#endif /* ARROW_C_STREAM_INTERFACE */

/* ------------------------------------------------------------------------------------------------
 * Status codes
 * ------------------------------------------------------------------------------------------------ */
#define FG_OK 0
/* Something in the config or the job is wrong; `pointer` says what. */
#define FG_INVALID 1
/* The job is well-formed, but this backend, build or machine cannot do it: a device, an ability. */
#define FG_UNSUPPORTED 2
/* `open_input` or a stream's `get_next` failed. The host knows why and reports that, not `message`. */
#define FG_INPUT 3
/* `emit` or `epoch_end` failed. The host knows why and reports that, not `message`. */
#define FG_HOST 4
/* The job was cut short by `cancel` or by `progress`. */
#define FG_CANCELLED 5
/* A file (a model, weights, a checkpoint) could not be read or written, or holds something else. */
#define FG_FILE 6
/* The native runtime failed: an operator, a kernel, a driver. */
#define FG_RUNTIME 7
/* Not enough memory, of the machine or of the device. */
#define FG_MEMORY 8
/* A mistake in the backend itself. */
#define FG_INTERNAL 9

/*
 * What went wrong. The host makes it, sets `size`, zeroes the rest and lends it; on failure the backend
 * fills it, with texts of its own, and sets `release` where they need freeing. The host copies the
 * texts and calls `release` once, if it is not NULL, on any thread. On FG_OK it stays untouched.
 * Each text may be NULL. Write `message` and `help` as lower-case fragments without a full stop.
 */
typedef struct fg_error {
  size_t size;
  /* The same code that the function returns. */
  int32_t status;
  /* What is wrong, with the value and its bound. */
  const char *message;
  /* What to do about it. */
  const char *help;
  /* A JSON pointer (RFC 6901) into the config or the job, such as "/train/loss/focal/gamma". fairgrid
   * underlines the place in the user's file that it came from. It may point at something that is
   * missing; the nearest parent that was written is underlined then. */
  const char *pointer;
  /* For the backend's use. */
  void *private_data;
  /* [any] Frees the texts. Sets itself to NULL. */
  void (*release)(struct fg_error *error);
} fg_error;

/* ------------------------------------------------------------------------------------------------
 * What the host gives to `run`
 * ------------------------------------------------------------------------------------------------ */

/* Answers of `epoch_end`; a negative answer means failure: leave `run` with FG_HOST. */
#define FG_CONTINUE 0
/* Write the model as it is now to `save_weights`, over what was kept before; then go on. */
#define FG_KEEP 1
/* Train no further. Nothing is written for this epoch; then leave `run` with FG_OK. */
#define FG_STOP 2

/* Levels of `log`. */
#define FG_LOG_ERROR 1
#define FG_LOG_WARN 2
#define FG_LOG_INFO 3
#define FG_LOG_DEBUG 4

/* Made and owned by the host; lent to `run` for the duration of the call. */
typedef struct fg_host {
  size_t size;
  /* The first argument of every function below. */
  void *context;

  /*
   * [run] Opens an input from its beginning. `name` is a member of the job's `inputs`. `epoch` counts from
   * 0 and decides order, sampling and augmentation, so open `train` anew for each epoch; it is 0 for
   * `predict`, and for `validation` the epoch that is being validated.
   * `out` is the caller's, uninitialized; on FG_OK the caller owns the stream in it, reads it on one
   * thread at a time (any thread), and releases it and every array from it before `run` returns.
   * A batch of the stream is a batch of training: one optimizer step. The columns are under INPUTS.
   * Returns FG_OK or FG_INPUT; then leave `run` with FG_INPUT, as when `get_next` is not 0.
   */
  int32_t (*open_input)(void *context, const char *name, uint32_t epoch, struct ArrowArrayStream *out);

  /*
   * [run] Hands results over. `name` is one of those under OUTPUTS. `schema` is a struct ("+s") whose
   * children are the columns, and `array` holds as many rows as you like. Both now belong to the
   * host, also on failure: it releases them, and leaves the two structs released.
   * Returns FG_OK or FG_HOST; then leave `run` with FG_HOST.
   */
  int32_t (*emit)(void *context, const char *name, struct ArrowSchema *schema, struct ArrowArray *array);

  /*
   * [run] An epoch is over: its row of `epochs` and, where there is an input `validation`, its rows of
   * `validation` were emitted. The host scores them and answers FG_CONTINUE, FG_KEEP or FG_STOP, or
   * something negative on failure. Rules of selection and of early stopping are the host's.
   */
  int32_t (*epoch_end)(void *context, uint32_t epoch);

  /*
   * [run] Says how far the job is: `done` of `total` batches (`total` 0: unknown). `message` may be NULL.
   * Call it for each batch. An answer other than 0 means: stop soon, leaving checkpoints whole, and
   * leave `run` with FG_CANCELLED. After a grace period the worker is killed.
   */
  int32_t (*progress)(void *context, uint64_t done, uint64_t total, const char *message);

  /* [any] A line for the cell's log, until `run` returns. */
  void (*log)(void *context, int32_t level, const char *message);
} fg_host;

/* ------------------------------------------------------------------------------------------------
 * What a backend gives to the host
 * ------------------------------------------------------------------------------------------------ */

/* Defined by the backend; the host only passes it on. */
typedef struct fg_instance fg_instance;

/* Owned by the backend, constant, valid until the process ends (the library is never unloaded). */
typedef struct fg_backend {
  size_t size;
  /* FG_ABI_MAJOR and FG_ABI_MINOR of the header that the backend was compiled with. */
  uint32_t abi_major;
  uint32_t abi_minor;

  /*
   * [loader] Gives the description, see DESCRIPTION. `*json` belongs to the backend and stays valid and
   * unchanged until the process ends. Needs no instance and must be quick.
   */
  int32_t (*describe)(const char **json, fg_error *error);

  /*
   * [loader] Makes an instance, see CONFIG. On FG_OK `*instance` is not NULL and belongs to the host, which gives
   * it back through `close`. On failure nothing is left to close.
   */
  int32_t (*open)(const char *config, fg_instance **instance, fg_error *error);

  /*
   * [any, one at a time for an instance] Does a job, see JOB, and returns when it is finished, failed or
   * cancelled. After a failure the instance can still be closed, and may be given another job.
   */
  int32_t (*run)(fg_instance *instance, const char *job, const fg_host *host, fg_error *error);

  /*
   * [any, also during `run`] Asks the running job to end soon: `run` then returns FG_CANCELLED. Best effort, returns
   * at once, harmless when nothing runs. Never called after `close` began.
   */
  void (*cancel)(fg_instance *instance);

  /* [loader] Frees an instance, which does not run. */
  void (*close)(fg_instance *instance);
} fg_backend;

/*
 * [loader] The one exported symbol. The arguments are the header's version that the host was compiled with.
 * A backend answers with its table if it can serve that host: the same major number, and a minor number
 * that has all it needs. Otherwise NULL; fairgrid then names both versions to the user. The host refuses
 * a table of another major number.
 */
FG_EXPORT const fg_backend *fairgrid_backend(uint32_t host_major, uint32_t host_minor);

/*
 * DESCRIPTION
 * -----------
 * {
 *   "name": "plain", "version": "1.0.0",
 *   "runtime": {"name": "libtorch", "version": "2.13.0"},   the native library it needs; null: none
 *   "devices": ["cpu"],                                     cpu, cuda, mps …
 *   "abilities": ["train", "predict"],                      reserved: embed, activation_map
 *   "fingerprint": "…",                                     changes when the code changes; may be left out, then
 *                                                           the digest of the library serves
 *   "kinds": {                                              each may be left out
 *     "architectures": [{"name": "small_cnn", "summary": "three convolutions", "options": SCHEMA}],
 *     "losses": [], "optimizers": [], "schedules": []
 *   }
 * }
 * SCHEMA is a JSON Schema (draft 2020-12) of an object, with "additionalProperties": false and a "default" for
 * each property that need not be written. The user writes `loss: {focal: {gamma: 2.0}}`, fairgrid checks the options
 * against the schema before anything runs and fills the defaults in. A backend checks again: what a schema
 * cannot say is reported by `run` with a pointer.
 * A backend with `train` lists what it can train under `architectures`. A backend without architectures predicts
 * with model files (the job's `file`).
 *
 * CONFIG
 * ------
 * {"threads": 2, "libraries": ["/abs/libonnxruntime.so.1.31.1"]}
 * `threads`: how many threads the instance may compute on. `libraries`: the runtime's libraries, which the host has
 * already loaded, so that their symbols are there. Unknown members are to be ignored.
 *
 * JOB
 * ---
 * Members are left out where they don't apply. Unknown members are to be ignored, so that the job may grow.
 * {
 *   "ability": "train",                                     or "predict"
 *   "architecture": {"small_cnn": {"width": 32}},           one name and its options; left out for a model file
 *   "file": "/abs/model.onnx",                              the model file
 *   "weights": "/abs/weights",                              predict: what training wrote to save_weights; train: where to
 *                                                           begin (fine-tuning); left out: fresh
 *   "classes": ["cat", "dog"], "labels": "single",          or "multi": several classes an image
 *   "input": {"height": 28, "width": 28, "channels": 3, "order": "rgb",        or bgr, gray
 *             "mean": [127.5, 127.5, 127.5], "std": [51.0, 51.0, 51.0],        in units of a byte, one a channel:
 *             "layout": "nchw", "dtype": "float32"},                           value = (byte - mean[c]) / std[c]
 *   "inputs": {"train": {"rows": 4000, "batches": 32}, "validation": {…}, "predict": {…}},
 *   "groups": ["light", "dark"],                            the levels of the column `group`, if there is one
 *   "output": {"tensor": "fc", "columns": [7, 9], "logits": ["cat", "dog"]},   what a model file's output means
 *   "train": {"loss": {"focal": {"gamma": 2.0}}, "optimizer": {"adamw": {…}}, "schedule": {"constant": {}},
 *             "seed": 0, "epochs": 3, "batch_size": 128, "steps_per_epoch": 32},
 *   "save_weights": "/abs/weights",                         train: where the model goes, in a format of the backend's choice
 *   "checkpoint": {"save": "/abs/checkpoint", "resume": false},
 *   "device": "cpu", "threads": 2
 * }
 * train: for each epoch, read `train`, make a step for each batch, emit a row of `epochs`; where `inputs` has
 * `validation`, predict it and emit `validation`; then call `epoch_end`. When `run` returns FG_OK, `save_weights` holds the
 * model of the last FG_KEEP or, if there was none, of the last epoch. Where `checkpoint` is given, `save` is written after
 * each `epoch_end` with all that is needed to go on; with `resume` it exists already, and training goes on from
 * it to the same bytes as if it had never stopped. Write files beside their place and rename them into it.
 * All randomness derives from `seed`: the same job on the same machine gives the same bytes.
 * predict: read `predict` once, emit `rows`.
 *
 * INPUTS
 * ------
 * The stream's schema is a struct; find columns by name, ignore those you don't know.
 *   id       utf8                       unique
 *   image    fixed_size_list<uint8>     extension arrow.fixed_shape_tensor, shape [height, width, channels] (HWC), as
 *                                       in the job's `input`, the channels in its `order`
 *   target   int32                      labels single: an index into `classes`; absent in `predict`
 *   present  list<int32>                labels multi: classes known to be there, ascending
 *   absent   list<int32>                labels multi: classes known not to be there; the rest is unknown
 *   group    int32                      optional: an index into `groups`, null where it is unknown
 *   weight   float32                    optional: multiply the item's loss by it
 * No column but `group` has nulls. Arrays may have an offset; honour it, also for children.
 *
 * OUTPUTS
 * -------
 *   rows        of predict: `id` utf8, as read, each exactly once, in any order; and exactly one column of
 *               fixed_size_list<float32>, one number for each of `classes`, named for what the numbers are:
 *                 logits         real numbers; their softmax (labels single) or sigmoid (labels multi) are probabilities
 *                 probabilities  0 to 1 (summing to 1 for labels single, within 0.001)
 *                 scores         larger means likelier, and no more than that
 *               Without nulls, NaN and infinities.
 *   validation  of train: the same, for the input `validation`, once an epoch.
 *   epochs      of train: one row an epoch: `epoch` int32, `loss` float64 (the mean over the epoch's items),
 *               `learning_rate` float64 (of the last step); further float64 columns are kept as they are.
 */

#ifdef __cplusplus
}
#endif

#endif /* FAIRGRID_BACKEND_H */
