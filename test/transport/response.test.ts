import { describe, expect, it } from 'vitest';
import { fromWeb } from '../../src/transport/body.ts';
import { PlainHeaders } from '../../src/transport/headers.ts';
import { type Answer, LeanResponse } from '../../src/transport/response.ts';

const url = 'https://example.com/v1';
const headers = { 'content-type': 'application/json', 'x-request-id': 'req-1' };
const answer = (text = '{"a":"ü"}', status = 200): Answer => ({
  status,
  headers: new PlainHeaders(headers),
  body: fromWeb(new Response(text).body),
});

describe('an answer as a Response', () => {
  it('behaves like the runtime’s own Response', () => {
    const ours = new LeanResponse(answer(), url);
    expect(ours).toMatchObject({ status: 200, ok: true, url, redirected: false, bodyUsed: false });
    expect([...ours.headers]).toEqual([...new Headers(headers)]);
    expect([...ours.headers.entries()]).toEqual(Object.entries(headers));
    expect([...ours.headers.keys()]).toEqual(Object.keys(headers));
    expect([...ours.headers.values()]).toEqual(Object.values(headers));
    expect([ours.headers.get('X-Request-ID'), ours.headers.get('toString')]).toEqual(['req-1', null]);
    expect([ours.headers.has('Content-Type'), ours.headers.has('constructor')]).toEqual([true, false]);
    expect(new LeanResponse(answer('', 404), url).ok).toBe(false);
  });

  it.each<[string, (response: Response) => Promise<unknown>, unknown]>([
    ['text', (response) => response.text(), '{"a":"ü"}'],
    ['json', (response) => response.json(), { a: 'ü' }],
    ['arrayBuffer', async (response) => (await response.arrayBuffer()).byteLength, 10],
    ['bytes', async (response) => (await response.bytes()).length, 10],
    ['blob', async (response) => (await response.blob()).text(), '{"a":"ü"}'],
    ['clone', (response) => response.clone().text(), '{"a":"ü"}'],
    ['body, by a reader', async (response) => (await response.body?.getReader().read())?.value?.length, 10],
    ['body, twice', async (response) => new Response(response.body?.tee()[1]).json(), { a: 'ü' }],
  ])('is read as %s', async (_, read, expected) => {
    expect(await read(new LeanResponse(answer(), url))).toEqual(expected);
  });

  it('can be read once', async () => {
    const response = new LeanResponse(answer(), url);
    await response.json();
    expect(response.bodyUsed).toBe(true);
    await expect(response.text()).rejects.toThrow(TypeError);
    await expect(response.arrayBuffer()).rejects.toThrow(TypeError);
  });

  it('has immutable headers', () => {
    expect(() => new LeanResponse(answer(), url).headers.set('x', 'y')).toThrow(TypeError);
  });

  it('may have no body', async () => {
    expect(new LeanResponse(answer('', 204), url).body).toBeNull();
  });
});
