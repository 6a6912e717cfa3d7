// A custom plugin that excludes targets outside the EU for tenants that require it, and the log plugin.
import { createRouter, type Plugin } from 'signalbox';
import { google } from 'signalbox/google';
import { log } from 'signalbox/log';
import { openai } from 'signalbox/openai';

const euOnly: Plugin = {
  name: 'eu-only',
  exclude({ target }, { tags }) {
    const allowed = !tags.includes('eu') || target.tags.includes('eu');
    return allowed ? undefined : { reason: 'excluded', detail: 'not in the EU' };
  },
};

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: google(), model: 'gemini-2.5-flash', tags: ['eu'] },
  ],
  plugins: [euOnly, log()],
});

const { target, decision } = await router.with({ tags: ['eu'] }).chat({ prompt: 'Why is the sky blue?' });
console.log(target, decision?.skipped);
await router.close();
