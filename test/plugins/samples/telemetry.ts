import { AsyncLocalStorage } from 'node:async_hooks';
import type { Plugin } from 'signalbox';

/** A span as a tracer would record it. */
export interface Span {
  readonly name: string;
  readonly parent: Span | undefined;
  readonly attributes: Record<string, unknown>;
}

/** What is active: in OpenTelemetry its context. */
export const active = new AsyncLocalStorage<Span>();

/** One span for each request, below what is active when it is called, and one below that for each attempt. */
export function telemetry(export_: (span: Span) => void): Plugin {
  return {
    name: 'telemetry',
    observe({ operation, tenant, shadow }) {
      const request: Span = { name: operation, parent: active.getStore(), attributes: { tenant, shadow } };
      return {
        attempt({ target, attempt }) {
          const attributes = { target: target.id, model: target.model, attempt };
          const span: Span = { name: 'attempt', parent: request, attributes };
          return {
            around: (call) => active.run(span, call),
            end({ outcome, billed, cost }) {
              Object.assign(span.attributes, { outcome, ...(billed === 'no' ? {} : { cost: cost?.total }) });
              export_(span);
            },
          };
        },
        end({ outcome }) {
          Object.assign(request.attributes, { outcome });
          export_(request);
        },
      };
    },
  };
}
