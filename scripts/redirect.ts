// Loaded before an example: what it sends to a vendor goes to the mock instead, whose address is in SIGNALBOX_MOCK, and
// nothing else leaves the machine. So the examples are the same here and at home.
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
  throw new Error(`scripts/redirect.ts does not know ${new URL(url).host}: no request may leave the machine`);
};

export {};
