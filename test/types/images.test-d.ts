import type { ImageModelV4 } from '@ai-sdk/provider';
import type { ImageModel } from 'ai';
import type { ImageModel as ImageModelV6 } from 'ai-v6';
import { createRouter, type FilePart, type GeneratedImage, type ImageInput, type Provider } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expectTypeOf, it } from 'vitest';

const router = createRouter({
  targets: [{ provider: scriptedProvider('a'), model: 'm', id: 'painter', price: { input: 0, image: 0.04 } }],
  routes: { pictures: {} },
});

describe('router.image', () => {
  it('returns base64 that can be sent back unchanged', async () => {
    const { images } = await router.image({ prompt: 'x', size: '1024x1024', aspectRatio: '16:9' });
    expectTypeOf(images).items.toHaveProperty('data').toEqualTypeOf<string>();
    await router.image({ prompt: 'at night', images });
    await router.chat({ messages: [{ role: 'user', content: images }] });
    expectTypeOf<GeneratedImage>().toExtend<FilePart & ImageInput>();
  });

  it('types route names, target ids and fields', async () => {
    await router.image({ prompt: 'x' }, { route: 'pictures', only: ['painter'] });
    // @ts-expect-error a typing error in the name of a route
    await router.image({ prompt: 'x' }, { route: 'picturse' });
    // @ts-expect-error a shape is no size
    await router.image({ prompt: 'x', size: '16:9' });
    // @ts-expect-error an image needs its data
    await router.image({ images: [{ mediaType: 'image/png' }] });
    // @ts-expect-error not a field
    await router.image({ prompt: 'x', quality: 'high' });
  });

  it('is optional in a provider', () => {
    expectTypeOf<undefined>().toExtend<Provider['image']>();
    openaiCompatible({ name: 'office', baseURL: '', images: { most: 4, size: false } });
    // @ts-expect-error how many has to be said
    openaiCompatible({ name: 'office', baseURL: '', images: {} });
  });
});

describe('toProvider', () => {
  it('returns image models of the AI SDK 7', () => {
    expectTypeOf(toProvider(router).imageModel('pictures')).toExtend<ImageModel>();
    expectTypeOf(toProvider(router).imageModel('painter')).toExtend<ImageModelV4>();
    // @ts-expect-error no such route
    toProvider(router).imageModel('picturse');
  });

  it('returns image models of the AI SDK 6, for 6 and 7', () => {
    const model = toProvider(router, { specificationVersion: 'v3' }).imageModel('pictures');
    expectTypeOf(model).toExtend<ImageModelV6>();
    expectTypeOf(model).toExtend<ImageModel>();
  });
});
