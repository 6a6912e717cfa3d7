import { type Behavior, type Received, raw } from '../../../support/fault-server.ts';

/** What a vendor answers, in any API. */
export interface Plan {
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolArguments?: Readonly<Record<string, string>>;
  /** Output of a tool that the vendor ran itself. */
  readonly toolResult?: string;
  /** Name of a file that the text cites. */
  readonly fileName?: string;
}

/** In pieces of three characters, so that every value is torn apart. */
export function pieces(text: string): readonly string[] {
  return text.match(/[\s\S]{1,3}/g) ?? [];
}

export function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

/** An event stream in one packet: its events tear values apart. */
export function events(list: readonly string[]): Behavior {
  return raw(list.join(''), { 'content-type': 'text/event-stream' });
}

export function isStream({ body }: Received): boolean {
  return (body as { readonly stream?: boolean }).stream === true;
}
