// Everyone who is measured. What each needs is loaded only in its own process.
import type { Addresses, Client, MakeClient } from './contender.ts';

/** A package whose version is printed, and where it is installed. */
type Package = readonly [name: string, where: 'peers' | 'project' | 'self'];

interface Contender {
  /** For tables and charts. */
  readonly label: string;
  readonly packages: readonly Package[];
  readonly load: () => Promise<MakeClient>;
}

const router: Package = ['signalbox', 'self'];
const http = () => import('./http.ts');
const sdks = () => import('./sdks.ts');
const signalbox = () => import('./signalbox.ts');
const aiSdk = () => import('./ai-sdk.ts');
const openai: Package = ['openai', 'project'];
const ai: readonly Package[] = [
  ['ai', 'peers'],
  ['@ai-sdk/openai-compatible', 'peers'],
];

export const contenders = {
  undici: {
    label: 'undici.request',
    packages: [['undici', 'peers']],
    load: async () => (await http()).undici,
  },
  fetch: {
    label: 'fetch',
    packages: [['eventsource-parser', 'project']],
    load: async () => (await http()).webFetch,
  },
  openai: { label: 'openai', packages: [openai], load: async () => (await sdks()).openai },
  anthropic: {
    label: '@anthropic-ai/sdk',
    packages: [['@anthropic-ai/sdk', 'project']],
    load: async () => (await sdks()).anthropic,
  },
  google: {
    label: '@google/genai',
    packages: [['@google/genai', 'project']],
    load: async () => (await sdks()).google,
  },
  'signalbox-openai': {
    label: 'signalbox over openai',
    packages: [router],
    load: async () => (await signalbox()).overOpenAI,
  },
  'signalbox-anthropic': {
    label: 'signalbox over @anthropic-ai/sdk',
    packages: [router],
    load: async () => (await signalbox()).overAnthropic,
  },
  'signalbox-google': {
    label: 'signalbox over @google/genai',
    packages: [router],
    load: async () => (await signalbox()).overGoogle,
  },
  'signalbox-compatible': {
    label: 'signalbox, openai-compatible',
    packages: [router],
    load: async () => (await signalbox()).overCompatible,
  },
  ai: { label: 'ai', packages: ai, load: async () => (await aiSdk()).ai },
  'ai-retry': {
    label: 'ai + ai-retry',
    packages: [['ai-retry', 'peers']],
    load: async () => (await aiSdk()).aiRetry,
  },
  'ai-fallback': {
    label: 'ai + ai-fallback',
    packages: [['ai-fallback', 'peers']],
    load: async () => (await aiSdk()).aiFallback,
  },
  'ai-signalbox': {
    label: 'ai + signalbox',
    packages: [router],
    load: async () => (await aiSdk()).aiOverSignalbox,
  },
  ax: {
    label: 'ax balancer',
    packages: [['@ax-llm/ax', 'peers']],
    load: async () => (await import('./ax.ts')).ax,
  },
  langchain: {
    label: 'LangChain withFallbacks',
    packages: [
      ['@langchain/openai', 'peers'],
      ['@langchain/core', 'peers'],
    ],
    load: async () => (await import('./langchain.ts')).langchain,
  },
  portkey: {
    label: 'openai → Portkey gateway',
    packages: [['@portkey-ai/gateway', 'peers']],
    load: async () => (await sdks()).portkey,
  },
} as const satisfies Readonly<Record<string, Contender>>;

export type ContenderName = keyof typeof contenders;
export const contenderNames = Object.keys(contenders) as ContenderName[];

/** Makes the client of a contender. */
export async function makeClient(name: ContenderName, addresses: Addresses): Promise<Client> {
  return (await contenders[name].load())(addresses);
}
