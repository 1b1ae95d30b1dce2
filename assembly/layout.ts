// The memory map: numbers only, read by asc, by the JavaScript twin and by the host.
//   0        1 KiB    unused, so that a zero offset is never a place
//   WORLD    1 KiB    words of the world: first those of the state, then those of one step
//   STATE    52 B/row state columns (image, snapshot and hash read WORLD's state and these)
//   OUTPUT   78 B/row derived columns: told sets, frames, verdicts; never hashed
//   INDEX    quadtree: slots in Morton order and behind them loose ones, nodes in preorder, ranges
//   MASKS    told sets as bits over a leaf's candidates
//   POOL     told sets as rows, two halves that alternate by tick
//   SCRATCH  candidates of the leaf, lists of the observer at work
//   INPUT    commands and intents of the next step, written by the host
//   FRAMES   slots of 512 bytes behind 32 bytes of headroom, up to END
// Offsets are compile-time constants; memory that no row touches costs no RAM.

// ------------------------------------------------------------------ limits
/** Rows compiled for. Row 65,535 is never used: its number stands for none. */
export const ROWS = 65536;
export const NONE = 65535;
/** Pairs (observer, told row) that a world may have. */
export const PAIRS = 8388608;
/** Room in each half of the pool: a set may be written down twice before the halves change. */
export const POOL_HALF = PAIRS * 2;
/** Structural commands and intents that one step takes; of the latter, those of one row. */
export const COMMANDS = 65536;
export const INTENTS = 131072;
export const INTENTS_PER_ROW = 16;
/** Frame slots of one step. */
export const FRAME_SLOTS = 65536;
export const FRAME_BYTES = 512;
export const HEADROOM = 32;
/** Of those, the header takes at most: tag, length 3, tick 6, sequence 6, x and y 12, flags 2. */
export const HEADER_MAX = 29;
export const RECORD_BYTES = 6; // of `moved`
/** Headroom, and FRAME_BYTES - HEADER_MAX rounded up to wide stores, which may spill behind it. */
export const FRAME_STRIDE = 528;
/** Rows a leaf of the quadtree holds, unless they share one point. */
export const LEAF_ROWS = 32;
/** Width of a leaf, at most, 1/32 unit: keeps 16-bit differences exact. */
export const LEAF_WIDTH = 8192;
/** A leaf keeps a slot free for every so many rows, as a shift: those that come find a place. */
export const SLACK_SHIFT = 2;
/** Slots for rows that no leaf has a place for. */
export const LOOSE_MAX = 128;
/** Candidates of a leaf, beside loose ones, over which its observers keep masks; above, lists. */
export const MASK_CANDIDATES = 4096;
/** Words of masks that lie unused before all are laid anew, and as many again as were settled. */
export const MASKS_SPENT = 16384;
/** Words for ranges of slots near a leaf, all leaves together; one that finds none does without. */
export const RANGES = 2097152;
export const NOBODY = 255; // a slot's layer when nobody may see what stands in it
/** What the row in a slot did in this step: it moved; it left the slot. */
export const SLOT_STIRRED = 255;
export const SLOT_GONE = 1;
/** Rows up to which one leaf over all is faster than a tree (docs/decisions/0012). */
export const BRUTE_ROWS = 192;
/** Sight units that 16 bits tell apart, a world's width up to which one leaf may hold it. */
export const BRUTE_WIDTH = 65534;
/** Ticks of full speed that a row may be outside of its leaf's box; at most, 1/32 unit. */
export const MARGIN_TICKS = 4;
export const MARGIN_MAX = 1024;
/** 384 units in 1/32 unit: two leaf widths + leave radius + 4 margins stay below 1,024 units. */
export const LEAVE_RADIUS_MAX = 12287;
/** Words of 32 bits that an application's components take of a row. */
export const COMPONENTS = 4;
/** Of a crowded view, the nearest rows refreshed every tick. */
export const NEAREST = 10;

// ------------------------------------------------------------------ units
/** log2 of position units (1/256) in a sight unit (1/32). */
export const SIGHT_SHIFT = 3;
/** Position units in a world unit. */
export const UNIT = 256;
export const SIGHT_UNIT = 32;
/** An intent's delta is clamped to this, position units (64 units). */
export const DELTA_MAX = 16384;

// ------------------------------------------------------------------ flags
export const LIVE = 1;
export const VISIBLE = 2;
export const OBSERVER = 4;

/** What the host may ask the index to be: a quadtree, one leaf, or whichever is faster. */
export const INDEX_AUTO = 0;
export const INDEX_QUADTREE = 1;
export const INDEX_BRUTE = 2;
export const LOOK_NOT = 0;
export const LOOK = 1;
export const LOOK_RESET = 2;
/** Verdicts on the intents of a row in one step, a bit mask. */
export const OVER_BANK = 1;
export const STALE = 2;
export const OVER_RATE = 4;
export const CLIPPED = 8;
/** Those that the client must be told of. */
export const CORRECTED = 13;

/** Flags of an AoiUpdate that a look decides; the host knows the others. */
export const FLAG_RESET = 2;
export const FLAG_INCOMPLETE = 4;
/** For the host alone: it is not this observer's turn, its view stays as it was told. */
export const FLAG_RESTING = 128;

// ------------------------------------------------------------------ state hash
/** Odd multipliers of a row's words that change as it moves; the second lane's: LANE_B more. */
export const BY_X = -1640531535;
export const BY_Y = -2048144777;
export const BY_BANK = -1028477379;
export const BY_BANK_TICK = 668265263;
export const BY_SEQUENCE = 374761393;
export const LANE_B = 739982444;

// ------------------------------------------------------------------ commands
/** Words of one command: operation, handle, up to ten arguments. */
export const COMMAND_WORDS = 12;
export const OP_CONFIG = 1;
export const OP_JOIN = 2;
export const OP_LEAVE = 3;
export const OP_TELEPORT = 4;
export const OP_SKIP = 5;
export const OP_COMPONENT = 6;
export const OP_BUDGET = 7;
export const OP_STEER = 8;
export const OP_TRAITS = 9;
/** Ticks that one command may skip: seven hours at 40 Hz. */
export const SKIP_MAX = 1048576;
/** Words of one intent: handle, sequence, dx, dy. */
export const INTENT_WORDS = 4;

// ------------------------------------------------------------------ words of the world
export const WORLD = 1024;
// state
export const TICK = 0;
export const MIN_X = 1;
export const MIN_Y = 2;
export const MAX_X = 3;
export const MAX_Y = 4;
export const BURST_TICKS = 5;
export const MAX_ENTITIES = 6;
export const AOI_RADIUS_MAX = 7;
export const HYSTERESIS = 8;
export const RANDOM = 9;
export const FREE_HEAD = 10;
export const FREE_TAIL = 11;
export const LIVE_COUNT = 12;
/** Rows from here on were never live. */
export const ROW_END = 13;
/** Sums over rows and free list, kept as they change. */
export const SUM_A = 14;
export const SUM_B = 15;
/** Words before this one are state. */
export const STATE_WORDS = 16;
// how output is made, set by OP_CONFIG
export const MAX_VISIBLE = 16;
export const FRAME_BUDGET = 17;
/** How far a row may be outside of its leaf's box, sight units. */
export const MARGIN = 18;
/** What the rules ask for, and what is in use since the last rebuild: 1 = one leaf. */
export const INDEX_WANTED = 19;
export const INDEX_IS_BRUTE = 20;
/** Wire form of the middle of the world, from which one leaf's candidates are told apart. */
export const CENTRE = 21;
/** The tick as this step began, before any skip. */
export const BEGAN = 22;
/** An observer is looked at in one of so many steps, a power of two, less one. */
export const LOOK_MASK = 23;
// the step's inputs and outputs
export const COMMAND_COUNT = 24;
export const INTENT_COUNT = 25;
export const CORRECTION_COUNT = 26;
export const FRAMES_USED = 27;
export const HASH_LOW = 28;
export const HASH_HIGH = 29;
export const QUERY_COUNT = 30;
export const LISTED_COUNT = 31;
// index
/** The leaves' slots; those from here to SLOT_END are loose. */
export const SORTED = 33;
export const NODE_COUNT = 34;
export const SLOT_END = 35;
export const KEY_SHIFT = 36;
export const RANGES_USED = 37;
export const MASKS_USED = 38;
/** Slots that were left in this step, in TRANSIT. */
export const TRANSIT_COUNT = 39;
// candidates of the leaf at work: those of its ranges, behind them the loose ones
export const CANDIDATE_COUNT = 40;
/** Steps, not ticks: whose turn it is while observers are looked at in turns. */
export const LOOK_TURN = 41;
/** Words of 32 bits over all of them, an even number. */
export const CANDIDATE_WORDS = 42;
/** Layer for which ELIGIBLE holds, -1 for none. */
export const CANDIDATE_LAYER = 43;
export const POSITIONS_READY = 44;
export const SHIFT_COUNT = 45;
// observing
export const PARITY = 46;
export const PAIRS_USED = 47;
export const LEFT_COUNT = 48;
export const HEAP_COUNT = 49;
export const FRAME_AT = 50;
export const FRAME_END = 51;
export const FRAME_ROOM = 52;
export const FRAMES_LEFT = 53;
export const NEAR_COUNT = 54;
export const DIGEST_COUNT = 55;
export const DIGEST_HASH = 56;
export const DIGEST_POSITIONS = 57;
export const ENTER_COUNT = 58;
export const DUE_COUNT = 59;
/** The newest tick in which any row was born, teleported or changed who may see it. */
export const LAST_BORN = 60;
/** Of the look at work: rows told after it, bits that changed, ORed. */
export const SEEN_COUNT = 61;
export const CHANGED_ANY = 62;
/** Which word of DUE_MASK is laid next; which candidate the leaf's first slot is. */
export const RECORD_WORD = 32;
export const CANDIDATE_OWN = 63;
/** Bytes of a row's components of which observers are told, its first; 0 = of none. */
export const COMPONENT_BYTES = 82;
/** The newest tick in which these were written; how many of the look at work are to be told. */
export const LAST_WROTE = 83;
export const WRITTEN_COUNT = 84;
// counters, rising for ever (mod 2^32)
export const APPLIED_TOTAL = 64;
export const OVER_BANK_TOTAL = 65;
export const STALE_TOTAL = 66;
export const OVER_RATE_TOTAL = 67;
export const CLIPPED_TOTAL = 68;
export const GONE_TOTAL = 69;
export const LOOKS_TOTAL = 70;
export const CANDIDATES_TOTAL = 71;
export const NODES_VISITED_TOTAL = 72;
export const REBUILDS_TOTAL = 73;
export const SENT_TOTAL = 74;
export const ENTERED_TOTAL = 75;
export const LEFT_TOTAL = 76;
export const INCOMPLETE_TOTAL = 77;
export const FRAMES_SHORT_TOTAL = 78;
export const RESETS_TOTAL = 79;
/** Looks that had to find out anew which candidates were told: after a rebuild, loose observers. */
export const RECALLS_TOTAL = 80;
export const RESTS_TOTAL = 81;
/** An enter radius, -1 where the rules changed since, and its leave radius. */
export const LEAVE_OF = 85;
export const LEAVE = 86;
/** What MASKS_USED was when each observer had its mask after a rebuild; -1 until then. */
export const MASKS_SETTLED = 87;
export const WORLD_WORDS = 256;

// ------------------------------------------------------------------ state columns
const BYTE = ROWS;
const HALF = ROWS * 2;
const WORD = ROWS * 4;

export const STATE = WORLD + WORLD_WORDS * 4;
export const GENERATION = STATE;
export const KIND = GENERATION + HALF;
export const FLAGS = KIND + HALF;
export const LAYER = FLAGS + BYTE;
export const POS_X = LAYER + BYTE;
export const POS_Y = POS_X + WORD;
export const BANK = POS_Y + WORD;
export const BANK_TICK = BANK + WORD;
export const SEQUENCE = BANK_TICK + WORD;
export const MAX_SPEED = SEQUENCE + WORD;
export const AOI_RADIUS = MAX_SPEED + WORD;
export const COMPONENT = AOI_RADIUS + WORD;
/** Ring of free rows, first in, first out. */
export const FREE = COMPONENT + WORD * COMPONENTS;
export const STATE_END = FREE + HALF;

// ------------------------------------------------------------------ derived columns
export const OUTPUT = STATE_END;
/** A row's shares of the state hash, and what of its state seldom changes, summed for them. */
export const ROW_HASH_A = OUTPUT;
export const ROW_HASH_B = ROW_HASH_A + WORD;
export const ROW_REST_A = ROW_HASH_B + WORD;
export const ROW_REST_B = ROW_REST_A + WORD;
/** Position in sight units mod 2^16: x in the low half, y in the high half; as on the wire. */
export const WIRE = ROW_REST_B + WORD;
/** Tick of birth, teleport or change of who may see the row. */
export const BORN = WIRE + WORD;
export const MOVED = BORN + WORD;
export const CLEAN = MOVED + WORD;
export const CURSOR = CLEAN + WORD;
export const LAP = CURSOR + WORD;
export const LAST_LOOK = LAP + WORD;
/** Tick in which its components, as far as observers are told of them, were last written. */
export const WROTE = LAST_LOOK + WORD;
/** Where its told rows lie in the pool, -1: as bits in its mask; its place in words, -1: none. */
export const TOLD_AT = WROTE + WORD;
export const TOLD_COUNT = TOLD_AT + WORD;
export const MASK_AT = TOLD_COUNT + HALF;
export const SLOT = MASK_AT + WORD;
export const FRAME_FIRST = SLOT + WORD;
export const INTENT_FIRST = FRAME_FIRST + HALF;
export const INTENT_LAST = INTENT_FIRST + WORD;
export const FRAME_COUNT = INTENT_LAST + WORD;
export const LOOK_AT = FRAME_COUNT + BYTE;
export const VIEW_FLAGS = LOOK_AT + BYTE;
export const VERDICT = VIEW_FLAGS + BYTE;
export const CORRECTION = VERDICT + BYTE;
/** A bit a row: intents this step; later, rows due. */
export const MARKS = CORRECTION + HALF;
/** A bit a row: its state changed in this step. */
export const TOUCHED = MARKS + ROWS / 8;
export const OUTPUT_END = TOUCHED + ROWS / 8;

// ------------------------------------------------------------------ index
/** Room for the widest store or load past the end of a column. */
const SPILL = 64;
/** A slot: a row, its wire form, its layer or NOBODY, what it did in this step, its leaf. */
export const LEAF_SLOTS = ROWS + (ROWS >> SLACK_SHIFT);
export const SLOTS = LEAF_SLOTS + LOOSE_MAX;
export const SLOT_WIRE = OUTPUT_END;
export const SLOT_ROW = SLOT_WIRE + SLOTS * 4 + SPILL;
export const SLOT_LAYER = SLOT_ROW + SLOTS * 2 + SPILL;
export const SLOT_MOVED = SLOT_LAYER + SLOTS + SPILL;
export const SLOT_NODE = SLOT_MOVED + SLOTS + SPILL;
/** Path-compressed: fewer than two nodes a row. */
export const NODES = ROWS * 2;
export const NODE_MIN_X = SLOT_NODE + SLOTS * 4;
export const NODE_MIN_Y = NODE_MIN_X + NODES * 4;
export const NODE_MAX_X = NODE_MIN_Y + NODES * 4;
export const NODE_MAX_Y = NODE_MAX_X + NODES * 4;
export const NODE_LOW = NODE_MAX_Y + NODES * 4;
export const NODE_HIGH = NODE_LOW + NODES * 4;
/** The node that follows the subtree, in preorder; of a leaf, -1 - its place in RANGE, or 0. */
export const NODE_SKIP = NODE_HIGH + NODES * 4;
/** A leaf's: 1 when somebody came since its observers' masks were looked at. */
export const NODE_FRESH = NODE_SKIP + NODES * 4;
/** Of each leaf: candidates, end of its ranges, ranges as first slot and that after the last. */
export const RANGE = NODE_FRESH + NODES;
/** Slots that were left in this step. */
export const TRANSIT = RANGE + RANGES * 4;
export const INDEX_END = TRANSIT + SLOTS * 4;

// ------------------------------------------------------------------ told sets
/** Of each observer in a leaf: node, room, then a bit for each candidate. Words of 32 bits. */
export const MASK_HEAD = 2;
export const MASK_WORDS_MAX = MASK_CANDIDATES / 32 + LOOSE_MAX / 32 + 2;
export const MASKS = INDEX_END;
/** Behind them, the mask of an observer that has none. */
export const MASK_SPARE = ROWS * (MASK_HEAD + MASK_WORDS_MAX);
/** Candidates at most: all slots, filled up to whole words of 64. */
export const CANDIDATES = SLOTS + 64;
export const TOLD = MASKS + (MASK_SPARE + CANDIDATES / 32) * 4 + SPILL;

// ------------------------------------------------------------------ scratch
export const CANDIDATE_WIRE = TOLD + POOL_HALF * 2 * 2;
export const CANDIDATE_ROW = CANDIDATE_WIRE + CANDIDATES * 4 + SPILL;
export const CANDIDATE_LAYERS = CANDIDATE_ROW + CANDIDATES * 2 + SPILL;
export const CANDIDATE_MOVED = CANDIDATE_LAYERS + CANDIDATES + SPILL;
/** Each candidate as a record of `moved`: row, x, y, two bytes unused. */
export const CANDIDATE_RECORD = CANDIDATE_MOVED + CANDIDATES + SPILL;
/** A bit for each candidate, words of 32: may be seen, moved; after a scan: changed, due. */
export const ELIGIBLE = CANDIDATE_RECORD + CANDIDATES * 8 + SPILL;
export const STIRRED = ELIGIBLE + CANDIDATES / 8 + SPILL;
export const CHANGED = STIRRED + CANDIDATES / 8 + SPILL;
export const DUE_MASK = CHANGED + CANDIDATES / 8 + SPILL;
/** Of each row, one more than the candidate that it is; 0 for those that are none. */
export const POSITION = DUE_MASK + CANDIDATES / 8 + SPILL;
/** Candidates whose slot was left in this step, and which they are now, -1 for none: pairs. */
export const SHIFT = POSITION + WORD;
/** One for all that are absent, then a byte for each candidate: 255 if recalled. */
export const RECALLED = SHIFT + CANDIDATES * 2 * 4;
/** Candidates that enter, rows that left, candidates due. */
export const ENTER = RECALLED + CANDIDATES + SPILL;
export const LEFT = ENTER + CANDIDATES * 4;
export const DUE = LEFT + CANDIDATES * 4;
export const NEAR = DUE + CANDIDATES * 4;
export const NEAR_KEY = NEAR + SPILL;
/** Rows by distance, coarsely: how many in each of 256 rings. */
export const BUCKET = NEAR_KEY + SPILL;
export const HEAP_KEY = BUCKET + 1024;
export const HEAP_ROW = HEAP_KEY + CANDIDATES * 4;
export const QUERY = HEAP_ROW + CANDIDATES * 4;
export const LISTED = QUERY + HALF + SPILL;
export const SCRATCH_END = LISTED + HALF + SPILL;

// ------------------------------------------------------------------ input
export const COMMAND = SCRATCH_END;
export const RESULT = COMMAND + COMMANDS * COMMAND_WORDS * 4;
export const INTENT = RESULT + COMMANDS * 4;
export const INTENT_NEXT = INTENT + INTENTS * INTENT_WORDS * 4;

// ------------------------------------------------------------------ frames
export const FRAME_LENGTH = INTENT_NEXT + INTENTS * 4;
export const FRAMES = FRAME_LENGTH + FRAME_SLOTS * 2;
export const END = FRAMES + FRAME_SLOTS * FRAME_STRIDE + SPILL;
/** The sort of a rebuild works where frames will be laid: those of the step before are sent. */
export const SORT_KEY = FRAMES;
export const SORT_KEY_B = SORT_KEY + WORD;
export const SORT_ROW = SORT_KEY_B + WORD;
export const SORT_ROW_B = SORT_ROW + HALF;
export const SORT_BUCKET = SORT_ROW_B + HALF;
/** Pages of 64 KiB; asc keeps its own statics in the last one. */
export const PAGES = (END + 65535 - ((END + 65535) % 65536)) / 65536 + 1;
/** Ends of regions, folded: a module that was compiled with another map says so when opened. */
const ENDS = STATE_END * 31 + OUTPUT_END * 17 + INDEX_END * 7 + SCRATCH_END * 5 + COMMAND * 3 + END;
export const LAYOUT_MARK = (ENDS + WROTE) % 2147483647;
