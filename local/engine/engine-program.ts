/** A DynamoDB engine that can be run on this machine, with its data under the data directory. */
export interface EngineProgram {
  readonly kind: 'embedded' | 'docker';
  readonly file: string;
  /** The loopback address it is reached at. */
  readonly host: string;
  /** Maximum time from its start to its first response, in ms. */
  readonly startTimeoutMs: number;
  args(port: number): readonly string[];
  /**
   * Ends engines on this data that a killed run left running. The caller holds the data directory's lock, so no such
   * engine belongs to a running process.
   */
  endOrphans(): Promise<void>;
}
