// Images: from the first healthy target, up to a maximum price.
import { createRouter } from 'signalbox';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-image-1', id: 'gpt' },
    { provider: google(), model: 'gemini-2.5-flash-image', id: 'gemini' },
    { provider: openai(), model: 'gpt-5-mini' }, // cannot generate images: it is skipped
  ],
});

const { images, target, usage, cost, warnings, decision } = await router.image(
  {
    prompt: 'A lighthouse in a storm, in watercolor',
    size: '1536x1024', // a model that only accepts aspect ratios gets 3:2
    providerOptions: { openai: { quality: 'low' } },
  },
  { maxCost: 0.5, timeout: { attempt: 120_000 } },
);

for (const { data, mediaType } of images) {
  const bytes = Buffer.from(data, 'base64'); // await writeFile('lighthouse.png', bytes)
  console.log(`${mediaType} of ${bytes.length} bytes by ${target}`);
}
console.log(`${usage.outputTokens ?? 'unknown'} tokens, US$ ${cost?.total.toFixed(4) ?? 'unknown'}`);
for (const { feature, details = 'left out' } of warnings) console.log(`${feature}: ${details}`);
for (const { target: other, lacks } of decision?.skipped ?? []) console.log(`${other} lacks ${lacks}`);
