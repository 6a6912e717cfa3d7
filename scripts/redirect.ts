// Preloaded before an example: redirects vendor requests to the mock at SIGNALBOX_MOCK and blocks all others,
// so that examples run unmodified.
const mock = process.env['SIGNALBOX_MOCK'];
const vendors = [
  'https://api.openai.com',
  'https://api.anthropic.com',
  'https://generativelanguage.googleapis.com',
  'https://api.groq.com/openai',
  'https://api.together.xyz',
  'https://api.mistral.ai',
  'https://openrouter.ai/api',
  'https://api.x.ai',
];
const original = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  const vendor = vendors.find((address) => url.startsWith(`${address}/`));
  if (vendor !== undefined) return original(mock + url.slice(vendor.length), init);
  if (new URL(url).hostname === '127.0.0.1') return original(input, init);
  throw new Error(
    `scripts/redirect.ts does not know ${new URL(url).host}: requests may not leave the machine`,
  );
};

export {};
