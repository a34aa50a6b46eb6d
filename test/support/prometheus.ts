/** Samples of Prometheus' text format: `name{label="value"}` to their value. */
export type Samples = ReadonlyMap<string, number>;

const SAMPLE = /^([a-zA-Z_:][\w:]*(?:\{[^{}]*\})?) (\S+)$/;

/** Parses Prometheus' text format, version 0.0.4. @throws Error for a line that has another form. */
export function parseSamples(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || /^# (HELP|TYPE) /.test(line)) continue;
    const [, series, value] = SAMPLE.exec(line) ?? [];
    if (series === undefined || value === undefined) throw new Error(`no sample: ${line}`);
    if (samples.has(series)) throw new Error(`twice: ${series}`);
    samples.set(series, value === '+Inf' ? Infinity : Number(value));
  }
  return samples;
}
