import type { AnyResult, Plugin, RequestContext } from 'signalbox';

/** Answers what was answered before, and lets the same requests at one time share one answer. */
export function cache(): Plugin {
  const stored = new Map<string, AnyResult>();
  const underWay = new Map<string, (answer: AnyResult | undefined) => void>();
  const waiting = new Map<string, Promise<AnyResult | undefined>>();
  const keyOf = ({ operation, request, options, tenant }: RequestContext): string =>
    JSON.stringify([operation.replace('stream', 'chat'), tenant, options.route, request]);

  return {
    name: 'cache',
    lookup(context) {
      const key = keyOf(context);
      const answer = stored.get(key);
      if (answer !== undefined) return { source: 'hit', answer, savedCost: answer.cost?.total ?? 0 };
      const coming = waiting.get(key);
      if (coming !== undefined) return { source: 'coalesced', answer: coming };
      waiting.set(key, new Promise((resolve) => underWay.set(key, resolve)));
      return undefined;
    },
    observe(context) {
      let given: AnyResult | undefined;
      return {
        answer(answer) {
          given = answer;
        },
        end({ outcome, lookup }) {
          if (lookup !== undefined || context.shadow) return;
          const key = keyOf(context);
          const proven = outcome === 'success' ? given : undefined;
          if (proven !== undefined) stored.set(key, proven);
          underWay.get(key)?.(proven);
          waiting.delete(key);
        },
      };
    },
  };
}
