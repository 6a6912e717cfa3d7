import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { Router } from 'signalbox';
import { type RouterFetch, type ToFetchOptions, toFetch } from 'signalbox/openai-fetch';

/** The SDKs as an application would have them, over a router; and what came through their `fetch`. */
export interface Clients {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  readonly fetch: RouterFetch;
  /** Every answer, in order: its status, and its body as it was read. */
  readonly answers: Answer[];
}

export interface Answer {
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  text: string;
}

export function clients(router: Router, options?: ToFetchOptions): Clients {
  const answers: Answer[] = [];
  const inner = toFetch(router, options);
  const fetch: RouterFetch = async (input: Request | URL | string, init?: RequestInit) => {
    const response = await inner(input, init);
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const answer: Answer = { path: pathname, status: response.status, headers: response.headers, text: '' };
    answers.push(answer);
    if (response.body === null) return response;
    const decoder = new TextDecoder();
    const listen = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        answer.text += decoder.decode(chunk, { stream: true });
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(listen), response);
  };
  return {
    openai: new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch, maxRetries: 2 }),
    anthropic: new Anthropic({ apiKey: 'none', baseURL: 'http://signalbox', fetch, maxRetries: 2 }),
    fetch,
    answers,
  };
}

/** The JSON of the events in a stream. */
export function eventsIn(text: string): readonly Record<string, unknown>[] {
  return [...text.matchAll(/^data: (.*)$/gm)]
    .map(([, data = '']) => data)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data));
}

/**
 * JSON without what the router says in a field of its own, and what the SDKs have no types for although it is on the wire; with
 * what they add by themselves.
 */
export function asTyped(value: object, event: boolean): Record<string, unknown> {
  const untyped = ['signalbox', 'reasoning_content', 'images', ...(event ? ['audio'] : [])];
  const json = JSON.parse(
    JSON.stringify(value, function (key, inner: unknown) {
      const delta = event && key === 'annotations' && 'role' in this === false && 'type' in this === false;
      return untyped.includes(key) || delta ? undefined : inner;
    }),
  );
  if (typeof json.response === 'object') json.response.output_text = '';
  return json;
}
