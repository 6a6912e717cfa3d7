// Images by URL or as bytes.
import { createRouter } from 'signalbox';
import { google } from 'signalbox/google';

const router = createRouter({ targets: [{ provider: google(), model: 'gemini-2.5-flash' }] });

const onePixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const { text } = await router.chat({
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What color is this picture?' },
        { type: 'image', image: onePixel, mediaType: 'image/png' },
      ],
    },
  ],
});
console.log(text);
