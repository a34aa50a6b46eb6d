/** A DynamoDB engine that can be run on this machine, with its data under the data directory. */
export interface EngineProgram {
  readonly kind: 'embedded' | 'docker';
  readonly file: string;
  /** The loopback address it is reached at. */
  readonly host: string;
  /** How long it may take from its start to its first answer. */
  readonly startTimeoutMs: number;
  args(port: number): readonly string[];
  /**
   * Ends whatever engine is still at work on this data, left behind by a run that was killed. Whoever calls it holds
   * the data directory's lock, so no such engine has a living owner.
   */
  endOrphans(): Promise<void>;
}
