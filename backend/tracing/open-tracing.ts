import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Observer } from '../observer.ts';
import { VERSION } from '../version.ts';
import { TRACER } from './follow-message.ts';
import type { MessageTrace } from './message-trace.ts';
import { tracingObserver } from './tracing-observer.ts';

/** Random ids, but for the span that is started while `next` is set. */
class ChosenIds implements IdGenerator {
  next: MessageTrace | undefined;
  readonly #random = new RandomIdGenerator();
  readonly generateTraceId = (): string => this.next?.traceId ?? this.#random.generateTraceId();
  readonly generateSpanId = (): string => this.next?.spanId ?? this.#random.generateSpanId();
}

/**
 * Opens tracing: spans are sent in batches to the OTLP endpoint that the standard variables name
 * (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS …), by default http://localhost:4318.
 *
 * The sampler looks at nothing but the trace id: all processes keep the same messages, without any agreement.
 * @param ratio of traces that are kept, from 0 to 1.
 */
export function openTracing(ratio: number): { readonly observer: Observer; stop(): Promise<void> } {
  const ids = new ChosenIds();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': process.env['OTEL_SERVICE_NAME'] ?? TRACER,
      'service.version': VERSION,
    }),
    sampler: new TraceIdRatioBasedSampler(ratio),
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  const startWith: Parameters<typeof tracingObserver>[0]['startWith'] = (chosen, start) => {
    ids.next = chosen;
    try {
      return start();
    } finally {
      ids.next = undefined;
    }
  };
  return {
    observer: tracingObserver({ tracer: provider.getTracer(TRACER, VERSION), startWith }),
    stop: () => provider.shutdown(),
  };
}
