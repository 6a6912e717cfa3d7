import { type Plugin, RefusedError, type RequestContext, type StreamContent } from 'signalbox';

const address = /[\w.]+@[\w.]+\w/g;

/** Keeps mail addresses from vendors, puts them back into answers, and refuses requests with a word that must not be asked. */
export function guard({ forbidden }: { readonly forbidden: string }): Plugin {
  const hidden = new WeakMap<RequestContext, string[]>();
  const restore = (text: string, values: readonly string[]): string =>
    text.replace(/\[MAIL (\d+)\]/g, (placeholder, index) => values[Number(index)] ?? placeholder);

  return {
    name: 'guard',
    inspect(context) {
      if (context.operation !== 'chat' && context.operation !== 'stream') return undefined;
      const text = JSON.stringify(context.request.messages);
      if (text.includes(forbidden)) throw new RefusedError('guard', 'a forbidden word');
      const values: string[] = [];
      hidden.set(context, values);
      const redacted = text.replace(address, (value) => `[MAIL ${values.push(value) - 1}]`);
      return values.length === 0 ? undefined : { ...context.request, messages: JSON.parse(redacted) };
    },
    transform(context) {
      const values = hidden.get(context) ?? [];
      let held = '';
      const toPart = (text: string): StreamContent => ({ type: 'text-delta', text: restore(text, values) });
      return {
        part(part) {
          if (part.type !== 'text-delta') return part;
          held += part.text;
          // What may be the beginning of a placeholder has to wait.
          const known = held.replace(/\[[^\]]{0,12}$/, '');
          held = held.slice(known.length);
          return known === '' ? undefined : toPart(known);
        },
        end: () => (held === '' ? undefined : toPart(held)),
      };
    },
  };
}
