/** Bounds of tags that people make, so that neither a definition nor their number can slow the platform down. */
export const CUSTOM_TAGS_MAX = 100;
/** One definition as JSON. */
export const DEFINITION_BYTES_MAX = 64 * 1024;
/** Levels of objects in one definition; a tree has at most 24 nodes on a way, each with a list between. */
export const JSON_DEPTH_MAX = 64;
export const KEY_MAX = 40;
export const NAME_MAX = 40;
export const SENTENCE_MAX = 300;
export const WINDOW_MAX = 60;
export const VALUES_LISTED_MAX = 50;
export const VALUE_MAX = 60;
export const PARTS_MAX = 12;
/** With a key of 40 and the two marks between, a part's column stays within PostgreSQL's 63 bytes. */
export const PART_NAME_MAX = 20;
export const REASON_MAX = 300;
export const PROBLEMS_MAX = 30;
/** Versions shown of one tag, newest first; all are kept. */
export const VERSIONS_SHOWN_MAX = 50;
/** Tags of one import. */
export const IMPORT_TAGS_MAX = 50;
/** One import as JSON. */
export const IMPORT_BYTES_MAX = 1024 * 1024;
/** Members that a preview computes; with more, a random sample of so many by a fixed seed. */
export const PREVIEW_MEMBERS_MAX = 50_000;
export const PREVIEW_SECONDS_MAX = 20;
/** Members named in a preview, with value and reason. */
export const PREVIEW_SAMPLE_MAX = 8;
/** Previews of one process at a time. */
export const PREVIEWS_MAX = 3;
/** Values listed in a preview; what is beyond stands together. */
export const PREVIEW_VALUES_MAX = 20;
/** Names that the addresses of the catalogue use. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set([
  "custom",
  "full",
  "import",
  "export",
  "new",
  "review",
  "reviews",
]);
