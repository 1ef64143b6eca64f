/** Some of a practice's trail, in order and without a gap, as lines of an export (docs/audit-format.md). */
export interface Batch {
  practiceId: string;
  entries: readonly StreamedEntry[];
}

/** One entry: what the sink's own envelope needs to say of it, and its line. */
export interface StreamedEntry {
  seq: number;
  at: string;
  action: string;
  outcome: string;
  /** Canonical JSON, without a newline at its end. */
  line: string;
  /** Of the chain up to here, in hex. */
  hash: string;
}

/** Where events go: one receiver outside, spoken to in its protocol. */
export interface Sink {
  /**
   * Calls `taken` for each batch that the receiver has, or for its pieces in order, as far as its protocol can tell.
   * Whatever is missing when it throws is delivered again. @throws SinkRefusal when trying again cannot help.
   */
  deliver(batches: readonly Batch[], taken: (batch: Batch) => void, signal: AbortSignal): Promise<void>;
}

/** The receiver wants none of it, or not in this form: somebody has to look. */
export class SinkRefusal extends Error {
  override readonly name = 'SinkRefusal';
}

/** The receiver asks for time. */
export class SinkBusy extends Error {
  override readonly name = 'SinkBusy';

  constructor(
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(message);
  }
}
