/** Begins the content of a binary COPY: signature, flags, length of the extension. */
export const COPY_HEADER: Uint8Array = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
/** Ends it, in place of a row's number of columns. */
export const COPY_END = -1;
/** Milliseconds from 1970 to 2000, where PostgreSQL's time begins. */
export const POSTGRES_EPOCH_MS = 946_684_800_000;
/** The first byte of jsonb in binary form. */
export const JSONB_VERSION = 1;
