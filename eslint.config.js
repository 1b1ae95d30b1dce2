// The house's style where a machine can check it. Beside typescript-eslint's strict set: which
// floor may import which, what the hot path may not do, and the dialect of the kernel.
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** ESLint's own rules that neither tsc nor typescript-eslint covers. */
const CORE = {
  eqeqeq: "error",
  "no-case-declarations": "error",
  "no-cond-assign": "error",
  "no-constant-condition": ["error", { checkLoops: "allExceptWhileTrue" }],
  "no-control-regex": "error",
  "no-debugger": "error",
  "no-dupe-else-if": "error",
  "no-duplicate-case": "error",
  "no-empty": "error",
  "no-empty-character-class": "error",
  "no-fallthrough": "error",
  "no-loss-of-precision": "error",
  "no-self-assign": "error",
  "no-self-compare": "error",
  "no-shadow-restricted-names": "error",
  "no-sparse-arrays": "error",
  "no-unreachable-loop": "error",
  "no-unsafe-finally": "error",
  "no-useless-backreference": "error",
  "no-useless-escape": "error",
  "no-var": "error",
  "prefer-const": "error",
};

/** What each folder of src may import from src, beside itself. A sibling is never in its list. */
const FLOORS = {
  numbers: [],
  threads: [],
  kernel: ["numbers"],
  engine: ["kernel"],
  protocol: [],
  components: [],
  feed: ["kernel"],
  messages: ["protocol"],
  client: ["protocol", "components", "messages"],
  gateway: ["numbers", "engine", "protocol", "messages", "feed"],
  persistence: ["numbers", "threads", "kernel", "engine", "protocol"],
  journal: ["threads", "kernel", "engine", "protocol"],
  observability: ["numbers", "threads", "protocol", "feed"],
  identity: ["protocol"],
  config: ["engine", "persistence"],
  swarm: ["protocol", "client"],
  inspector: ["kernel", "engine", "protocol", "gateway", "feed"],
  app: ["numbers", "engine", "components", "messages"],
  page: ["kernel", "protocol", "client", "feed"],
  cli: "anything",
};

/** Files of src itself: they stand above all floors but those of ABOVE_PARTS. */
const ROOMS = [
  "main",
  "wiring",
  "restore",
  "loop",
  "tick",
  "tally",
  "survey",
  "quarantine",
  "application",
];

/** Names of package.json's "imports": generated code, and the folders that may see it. */
const GENERATED = {
  "#layout": ["kernel", "engine", "journal", "config", "app"],
  "#twin": ["kernel"],
  "#motion": ["gateway", "client"],
  "#mix": ["protocol", "journal"],
  "#proto": ["protocol"],
};

/** What src/*.ts put together; not what is put on top of them. */
const ABOVE_PARTS = ["cli", "swarm", "client", "page"];
/** Those of GENERATED that they may see. */
const PARTS_SEE = ["#layout"];

/** Folders that also run in browsers or in a simulation: nothing of Node. */
const ISOMORPHIC = ["engine", "protocol", "components", "messages", "client", "feed", "page"];

function importRules(folder) {
  const allowed = FLOORS[folder];
  const patterns = [];
  if (allowed !== "anything") {
    const list = allowed.map((floor) => `src/${floor}`).join(", ");
    const others = Object.keys(FLOORS).filter((name) => ![folder, ...allowed].includes(name));
    patterns.push({
      regex: `^(?:\\.\\./)+(?:(?:${others.join("|")})/|(?:${ROOMS.join("|")})\\.ts$)`,
      message:
        `src/${folder} may import from ${list === "" ? "itself only" : `itself and ${list}`}: ` +
        "a floor stands on lower floors, never on a sibling or a higher one.",
    });
  }
  for (const [name, folders] of Object.entries(GENERATED)) {
    if (folders.includes(folder)) continue;
    const list = folders.map((floor) => `src/${floor}`).join(", ");
    patterns.push({ regex: `^${name}$`, message: `Only ${list} may import ${name}.` });
  }
  if (ISOMORPHIC.includes(folder)) {
    patterns.push({
      regex: "^node:",
      message: `src/${folder} runs in browsers or in a simulation as well: nothing of Node there.`,
    });
  }
  return ["error", { patterns }];
}

function partsImportRules() {
  const patterns = [
    {
      regex: `^\\./(?:${ABOVE_PARTS.join("|")})/|^\\.\\./`,
      message:
        "src/*.ts may import from lower folders of src: not from " +
        `${ABOVE_PARTS.map((folder) => `src/${folder}`).join(", ")}.`,
    },
  ];
  for (const name of Object.keys(GENERATED)) {
    if (PARTS_SEE.includes(name)) continue;
    patterns.push({ regex: `^${name}$`, message: `src/*.ts do without ${name}.` });
  }
  return ["error", { patterns }];
}

const DOUBLE_CAST = {
  selector: "TSAsExpression > TSAsExpression[typeAnnotation.type='TSUnknownKeyword']",
  message: "A cast through unknown checks nothing: test the value instead.",
};
const NO_JSON = {
  selector: "MemberExpression[object.name='JSON']",
  message: "No JSON on the hot path: the wire is protobuf.",
};
const NO_AWAIT = {
  selector: "AwaitExpression, ForOfStatement[await=true]",
  message: "Nothing waits on the way of a tick or of a message: one tick is one synchronous call.",
};
const CLOCKS = [
  ["MemberExpression[object.name='Date'][property.name='now']", "Date.now"],
  ["NewExpression[callee.name='Date']", "new Date"],
  ["MemberExpression[object.name='performance'][property.name='now']", "performance.now"],
  ["MemberExpression[object.name='Math'][property.name='random']", "Math.random"],
].map(([selector, name]) => ({
  selector,
  message: `${name} is not repeatable: time and randomness are injected.`,
}));

function syntaxRules(folder) {
  const rules = [DOUBLE_CAST];
  if (["protocol", "gateway"].includes(folder)) rules.push(NO_JSON);
  if (["engine", "gateway", "kernel"].includes(folder)) rules.push(...CLOCKS);
  if (["engine", "gateway", "kernel"].includes(folder)) rules.push(NO_AWAIT);
  return ["error", ...rules];
}

const floors = Object.keys(FLOORS).map((folder) => ({
  files: [`src/${folder}/**/*.ts`],
  // Tests are not part of the house they look at.
  ignores: ["**/*.test.ts"],
  rules: {
    "no-restricted-imports": importRules(folder),
    "no-restricted-syntax": syntaxRules(folder),
  },
}));

/** What asc and tsc must both understand, and mean the same by. */
const DIALECT = [
  ["TSEnumDeclaration", "No enum: asc and tsc number them apart; write constants."],
  ["ClassDeclaration, ClassExpression", "No class: the kernel's state is its columns."],
  ["ArrowFunctionExpression, FunctionExpression", "No closure: asc has none."],
  [":function :function", "No nested function: asc has no closures."],
  ["Decorator", "No decorator: tsc would not compile it."],
  ["TSTypeAssertion", "Write x as T: <T>x does not survive type stripping."],
  [
    ":matches(Program, ExportNamedDeclaration) > VariableDeclaration[kind='let']",
    "No mutable variable at module level: two worlds of one process would share it.",
  ],
  [
    "BinaryExpression[operator='/']:not(CallExpression[callee.property.name='floor'] > *)",
    "Integer division differs between asc and tsc: shift, or Math.floor of an f64.",
  ],
  [
    "MemberExpression[object.name='Math'][property.name!=/^(?:sqrt|floor|ceil|imul|clz32)$/]",
    "Only sqrt, floor, ceil, imul and clz32 are the same in every engine.",
  ],
  ["TSTypeReference[typeName.name=/^[iu]64$/]", "No 64-bit integers: JavaScript has none."],
  ["TryStatement, ThrowStatement", "The kernel answers with codes: it cannot throw."],
].map(([selector, message]) => ({ selector, message }));

export default defineConfig(
  globalIgnores(["build/", "dist/", "node_modules/", "assembly/columns.ts", "assembly/scalars.ts"]),
  globalIgnores(["assembly/**/*.simd.ts", "**/*.d.ts"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.js", "**/*.mjs"],
    rules: { ...CORE, "no-undef": "error", "no-unused-vars": "error", "no-unreachable": "error" },
    languageOptions: {
      globals: {
        Buffer: "readonly",
        console: "readonly",
        fetch: "readonly",
        process: "readonly",
        performance: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        URL: "readonly",
        WebAssembly: "readonly",
      },
    },
  },
  {
    files: ["{src,test,bench,proto,examples}/**/*.ts", "*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./src/page/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      ...CORE,
      "no-restricted-syntax": ["error", DOUBLE_CAST],
      // A typed array's element is there when its index is; a check at each would cost the tick.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // tsc says the same (noUnusedLocals, noUnusedParameters), and there are no enums here.
      "@typescript-eslint/no-unused-vars": "off",
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-unsafe-enum-comparison": "off",
      // protobufjs takes plain objects for its classes.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // Slow beside its use: versions are pinned, and an update is read before it is taken.
      "@typescript-eslint/no-deprecated": "off",
    },
  },
  ...floors,
  {
    // The one place of the gateway that is outside of the tick: it waits for buffers to empty.
    files: ["src/gateway/drain.ts"],
    rules: { "no-restricted-syntax": ["error", DOUBLE_CAST, NO_JSON, ...CLOCKS] },
  },
  {
    files: ["src/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-imports": partsImportRules(),
      "no-restricted-syntax": ["error", DOUBLE_CAST, ...CLOCKS],
    },
  },
  {
    // The package as applications import it: on top of everything.
    files: ["src/index.ts"],
    rules: { "no-restricted-imports": "off" },
  },
  {
    files: ["src/tick.ts"],
    rules: { "no-restricted-syntax": ["error", DOUBLE_CAST, NO_JSON, NO_AWAIT, ...CLOCKS] },
  },
  {
    files: ["**/*.test.ts", "test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-empty-function": "off",
    },
  },
  {
    files: ["assembly/**/*.ts"],
    ignores: ["**/*.test.ts"],
    extends: [tseslint.configs.recommended],
    rules: {
      ...CORE,
      eqeqeq: "off", // in asc, === compares addresses
      "no-restricted-syntax": ["error", ...DIALECT, ...CLOCKS],
    },
  },
  {
    // Divisions of constants, which both compilers fold exactly (a test compares the results).
    files: ["assembly/layout.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...DIALECT.filter(({ selector }) => !selector.startsWith("BinaryExpression")),
      ],
    },
  },
);
