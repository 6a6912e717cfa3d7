import { agents } from './agents.ts';
import { aiSdkFace } from './ai-sdk.ts';
import { anthropicFace } from './anthropic.ts';
import { direct } from './direct.ts';
import type { Face } from './face.ts';
import { langchain } from './langchain.ts';
import { openaiChat, openaiResponses } from './openai.ts';

export * from './face.ts';

export const faces: readonly Face[] = [
  direct,
  aiSdkFace,
  openaiChat,
  openaiResponses,
  anthropicFace,
  langchain,
  agents,
];
