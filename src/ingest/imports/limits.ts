/** Every bound of the importer by name; a reader that meets one says so and stops in a whole state. */
const MIB = 1024 * 1024;

export const IMPORT_LIMITS = {
  /** Bytes of one uploaded file as it comes (gzipped or not). */
  upload_bytes_max: 2048 * MIB,
  /** Bytes of a gzipped file once unpacked: a small file that unpacks without end is stopped here. */
  unpacked_bytes_max: 16_384 * MIB,
  /** Files kept sealed at the same time, so that the data folder cannot be filled from the upload page. */
  uploads_kept_max: 200,
  columns_max: 1_000,
  cell_chars_max: 65_536,
  /** Characters of one CSV row; beyond it a quote that was opened is taken as a plain character. */
  row_chars_max: 1 * MIB,
  /** Distinct order lines (or event rows) counted in memory, 10 bytes each at 0.8 load. */
  distinct_lines_max: 16_000_000,
  /** Shared texts and one sheet of an XLSX file, unpacked. */
  xlsx_shared_bytes_max: 256 * MIB,
  xlsx_sheet_bytes_max: 4096 * MIB,
  /** A row group of a Parquet file is decoded column by column in memory. */
  parquet_group_rows_max: 2_097_152,
  parquet_group_bytes_max: 1024 * MIB,
  /** Lines of one document held together; a longer one becomes several records of the same order. */
  document_lines_max: 2_000,
  /** Bytes of one record: an order of 2,000 lines is some 300 KB; what an SDK may send at once is far less. */
  record_bytes_max: 4 * MIB,
  /** Records handed to the edge at once, and lines in them together. */
  batch_records: 1_000,
  batch_lines: 10_000,
  /** Row problems kept one by one for the page; all of them are in the error file and in the counts. */
  problems_kept_max: 1_000,
  /** Rows written to the error file; beyond it rows are counted by reason only, and the report says so. */
  error_rows_max: 1_000_000,
  /** Batches handed to the edge before the first is answered. */
  batches_ahead: 2,
  /** Records taken back in one transaction. */
  undo_records: 5_000,
  /** Rows looked at for samples and guesses. */
  sample_rows: 200,
  samples_shown: 5,
  /** Uploads, error files and their keys are destroyed after so many days. */
  kept_days: 14,
} as const;
