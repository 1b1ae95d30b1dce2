// The kernel as a process of its own: asked over stdin, answers over stdout, times its own steps.
//
//   ask     u32 what, u32 bytes, then so many bytes:
//     RUN   u32 ticks; for each: u32 commands, u32 intents, their words
//     CALL  u32 number, up to eight i32: the number's place in EXPORTS
//     DUMP  nothing
//     WRITE u32 offset, bytes
//   answer  u32 bytes, then so many bytes:
//     RUN   for each tick u32 nanoseconds, i32 hash low, i32 hash high
//     CALL  i32
//     DUMP  of each page that changed since the last DUMP: u32 offset, its 4,096 bytes
//     WRITE none
//
// The first answer comes unasked: EXPORTS. All numbers are little-endian, as in linear memory.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// Compiled twice: with the kernel's own entry; and, with SETS, from the entry that cuts a tick into
// its parts, of which RUN does all but the records of moves.
#ifdef SETS
#include "sets.c"
#else
#include "kernel.c"
#endif

enum { RUN = 1, CALL = 2, DUMP = 3, WRITE = 4 };
enum { ARGUMENTS = 8, ANSWER_WORDS = 3 };

static void fail(const char *sentence) {
  fprintf(stderr, "native kernel: %s\n", sentence);
  exit(2);
}

static void answer(const void *bytes, u32 count) {
  if (fwrite(&count, 4, 1, stdout) != 1 || fwrite(bytes, 1, count, stdout) != count)
    fail("nobody reads the answer");
  fflush(stdout);
}

static i32 *word(i32 index) { return (i32 *)(M + layout_WORLD + (usize)index * 4); }

static u64 now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

/** Lays one tick's input into memory. @returns the words behind it */
static const u32 *deposit(const u32 *at, const u32 *end) {
  if (end - at < 2) fail("a tick says how many commands and intents it has");
  u32 commands = at[0], intents = at[1];
  if (commands > layout_COMMANDS || intents > layout_INTENTS) fail("more than one step takes");
  usize commandWords = (usize)commands * layout_COMMAND_WORDS;
  usize intentWords = (usize)intents * layout_INTENT_WORDS;
  at += 2;
  if ((usize)(end - at) < commandWords + intentWords) fail("fewer words than said");
  memcpy(M + layout_COMMAND, at, commandWords * 4);
  memcpy(M + layout_INTENT, at + commandWords, intentWords * 4);
  *word(layout_COMMAND_COUNT) = (i32)commands;
  *word(layout_INTENT_COUNT) = (i32)intents;
  return at + commandWords + intentWords;
}

#ifdef SETS
static void tick(void) {
  parts_takeIntents();
  parts_reindexIfDue();
  parts_observeSets();
}
#else
static void tick(void) { step_step(); }
#endif

static void run(const u32 *words, u32 count) {
  const u32 *end = words + count;
  if (count < 1) fail("RUN says how many ticks");
  u32 ticks = words[0];
  const u32 *at = words + 1;
  u32 *answers = calloc((usize)ticks + 1, ANSWER_WORDS * 4);
  if (answers == NULL) fail("no memory for the answer");
  for (u32 t = 0; t < ticks; t++) {
    at = deposit(at, end);
    u64 began = now();
    tick();
    u64 took = now() - began;
    answers[t * ANSWER_WORDS] = took > UINT32_MAX ? UINT32_MAX : (u32)took;
    answers[t * ANSWER_WORDS + 1] = (u32)*word(layout_HASH_LOW);
    answers[t * ANSWER_WORDS + 2] = (u32)*word(layout_HASH_HIGH);
  }
  answer(answers, ticks * ANSWER_WORDS * 4);
  free(answers);
}

static void callByNumber(const u32 *words, u32 count) {
  i32 arguments[ARGUMENTS] = {0};
  if (count < 1 || count > 1 + ARGUMENTS) fail("CALL says a number and up to eight arguments");
  memcpy(arguments, words + 1, (count - 1) * 4);
  i32 result = call(words[0], arguments);
  answer(&result, 4);
}

enum { PAGE = 4096 };
static u8 dumped[MEMORY_BYTES];

/** What was never touched is zero on both sides, and costs neither memory nor an answer. */
static void dump(void) {
  u32 changed = 0;
  for (usize at = 0; at < sizeof M; at += PAGE) changed += memcmp(M + at, dumped + at, PAGE) != 0;
  u8 *pages = malloc((usize)changed * (4 + PAGE) + 1);
  if (pages == NULL) fail("no memory for the answer");
  u8 *to = pages;
  for (usize at = 0; at < sizeof M; at += PAGE) {
    if (memcmp(M + at, dumped + at, PAGE) == 0) continue;
    u32 offset = (u32)at;
    memcpy(to, &offset, 4);
    memcpy(to + 4, M + at, PAGE);
    memcpy(dumped + at, M + at, PAGE);
    to += 4 + PAGE;
  }
  answer(pages, (u32)(to - pages));
  free(pages);
}

int main(void) {
  u32 head[2];
  u32 *words = NULL;
  u32 room = 0;
  answer(EXPORTS, sizeof EXPORTS - 1);
  while (fread(head, 4, 2, stdin) == 2) {
    u32 bytes = head[1];
    if (bytes > room) {
      room = bytes;
      words = realloc(words, room);
      if (words == NULL) fail("no memory for the input");
    }
    if (bytes > 0 && fread(words, 1, bytes, stdin) != bytes) fail("the input ended too soon");
    u32 offset = bytes >= 4 ? words[0] : 0;
    if (head[0] == RUN) run(words, bytes / 4);
    else if (head[0] == CALL) callByNumber(words, bytes / 4);
    else if (head[0] == DUMP) dump();
    else if (head[0] == WRITE && bytes >= 4 && offset <= sizeof M && bytes - 4 <= sizeof M - offset)
      memcpy(M + offset, words + 1, bytes - 4);
    else fail("a request that it does not know");
  }
  free(words);
  return 0;
}
