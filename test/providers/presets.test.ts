import { createRouter, isRouterError } from 'signalbox';
import * as compatible from 'signalbox/openai-compatible';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json } from '../support/fault-server.ts';

const { openaiCompatible, ...presets } = compatible;

/** Options without which a preset has no address. */
const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  azure: { resource: 'res' },
  bedrock: { region: 'us-west-2' },
  workersAI: { accountId: 'acc' },
  cloudflareGateway: { accountId: 'acc', gateway: 'gate' },
  vertex: { project: 'proj', location: 'us-central1' },
  kong: { baseURL: 'https://kong.example.com/ai' },
  envoy: { baseURL: 'https://envoy.example.com/v1' },
};
const names = Object.keys(presets) as (keyof typeof presets)[];
const answer = { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] };

describe.each(names)('%s', (name) => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await faultServer(json(answer));
  });
  afterEach(() => server.close());
  const signal = new AbortController().signal;
  const user = [{ role: 'user', content: 'Hi' }] as const;

  it('answers over its own words of the wire', async () => {
    const provider = presets[name]({ baseURL: `${server.url}/v1`, apiKey: 'sk-1' });
    const { content } = await provider.chat({ model: 'm', messages: user, signal });
    expect(content).toEqual([{ type: 'text', text: 'Hi' }]);
    expect(server.received[0]?.path).toBe('/v1/chat/completions');
    expect(JSON.stringify(server.received[0]?.headers)).toContain('sk-1');
  });

  it('has its own address', async () => {
    const asked: string[] = [];
    const fetch = (url: string | URL | Request): Promise<Response> => {
      asked.push(String(url));
      return Promise.resolve(Response.json(answer));
    };
    const provider = presets[name]({
      ...words[name],
      apiKey: 'sk-1',
      fetch: fetch as typeof globalThis.fetch,
    });
    await provider.chat({ model: 'm', messages: user, signal });
    expect(asked[0]).toMatch(/^https?:\/\/[\w.:-]+(\/[\w.-]+)*\/chat\/completions$/);
  });
});

describe('an address with words to fill in', () => {
  it('names the option that is missing', () => {
    expect(() => compatible.azure({ apiKey: 'k' })).toThrow(/azure\.resource/);
    expect(() => compatible.kong({ apiKey: 'k' })).toThrow(/kong\.baseURL/);
  });

  it.each(['evil.example.com/', 'a/../b', 'x@evil', '', 'a b', '.a', 'a.'])(
    'refuses %j, which could lead to another place',
    (resource) => {
      expect(() => compatible.azure({ apiKey: 'k', resource })).toThrow(/azure\.resource/);
    },
  );

  it('refuses options that another preset has', () => {
    expect(() => compatible.groq({ apiKey: 'k', ...{ resource: 'x' } })).toThrow(/groq\.resource/);
  });
});

describe('what a server cannot do', () => {
  const price = { input: 1, output: 1 };
  const router = createRouter({
    targets: [
      { provider: compatible.perplexity({ apiKey: 'k' }), model: 'sonar', price },
      { provider: compatible.moonshot({ apiKey: 'k' }), model: 'kimi', price },
      { provider: openaiCompatible({ name: 'house', baseURL: 'http://localhost:1' }), model: 'm', price },
    ],
  });

  it('leaves it out of the choice', async () => {
    const image = { type: 'image', image: 'https://a.example/b.png' } as const;
    const { candidates, skipped } = await router.explain({
      messages: [{ role: 'user', content: [image] }],
      tools: [{ name: 'now', inputSchema: { type: 'object' } }],
    });
    expect(candidates.map(({ target }) => target)).toEqual(['house/m']);
    expect(skipped).toMatchObject([{ lacks: 'tools' }, { lacks: 'images by URL' }]);
  });

  it('without embeddings has no `embed`', async () => {
    const error = await router
      .embed({ values: ['x'] }, { only: ['perplexity/sonar'] })
      .catch((reason) => reason);
    expect(isRouterError(error, 'no-target')).toBe(true);
  });
});
