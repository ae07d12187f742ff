// make lint-js
const BROWSER = [
  "Blob", "JSON", "URL", "URLSearchParams", "Worker", "addEventListener", "atob", "cancelAnimationFrame",
  "document", "innerHeight", "location", "matchMedia", "requestAnimationFrame", "scrollY", "self", "window",
];

export default [
  {
    files: ["**/*.js"],
    languageOptions: { globals: Object.fromEntries(BROWSER.map((name) => [name, "readonly"])) },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: { "no-use-before-define": ["error", { functions: false }], ...Object.fromEntries([
      "array-callback-return", "constructor-super", "default-case-last", "eqeqeq", "for-direction",
      "no-array-constructor", "no-cond-assign", "no-const-assign", "no-constant-condition",
      "no-dupe-args", "no-dupe-else-if", "no-dupe-keys", "no-duplicate-case", "no-duplicate-imports",
      "no-else-return", "no-empty", "no-eval", "no-fallthrough", "no-func-assign", "no-implicit-coercion",
      "no-implied-eval", "no-import-assign", "no-loop-func", "no-loss-of-precision",
      "no-param-reassign", "no-redeclare", "no-self-assign", "no-self-compare", "no-shadow",
      "no-sparse-arrays", "no-undef", "no-unneeded-ternary", "no-unreachable", "no-unreachable-loop",
      "no-unsafe-finally", "no-unsafe-negation", "no-unused-expressions", "no-unused-vars",
      "no-useless-assignment", "no-useless-return", "no-var", "object-shorthand",
      "prefer-arrow-callback", "prefer-const", "prefer-object-spread", "prefer-template",
      "use-isnan", "valid-typeof",
    ].map((rule) => [rule, "error"])) },
  },
];
