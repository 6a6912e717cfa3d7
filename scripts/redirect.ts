// Loaded before an example: requests to the vendors go to the mock instead, whose address is in SIGNALBOX_MOCK. So that
// the examples are the same in CI and at home.
const mock = process.env['SIGNALBOX_MOCK'];
const vendors = [
  'https://api.openai.com',
  'https://api.anthropic.com',
  'https://generativelanguage.googleapis.com',
  'https://api.groq.com/openai',
];
const original = globalThis.fetch;

globalThis.fetch = (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  const vendor = vendors.find((address) => url.startsWith(address));
  return vendor === undefined || mock === undefined
    ? original(input, init)
    : original(mock + url.slice(vendor.length), init);
};

export {};
