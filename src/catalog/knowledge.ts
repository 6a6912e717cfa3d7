import { capabilitiesOf as ofAnthropic } from '../providers/anthropic/capabilities.ts';
import { capabilitiesOf as ofGoogle } from '../providers/google/capabilities.ts';
import { capabilitiesOf as ofOpenAI } from '../providers/openai/capabilities.ts';
import type { Capabilities } from '../types/options/capabilities.ts';

/** The capabilities of a provider's model, if known. */
export type Knowledge = (provider: string, model: string) => Capabilities | undefined;

/**
 * The capabilities by which the router skips targets. For vendors with an SDK they are a function of the model's name; for the
 * others they are in the presets, which are created here with a placeholder key and send nothing.
 */
export async function loadKnowledge(): Promise<Knowledge> {
  const vendors = await import('../providers/openai-compatible/presets/vendors.ts');
  const known = new Map<string, (model: string) => Capabilities>([
    ['openai', ofOpenAI],
    ['anthropic', ofAnthropic],
    ['google', ofGoogle],
  ]);
  for (const preset of Object.values(vendors)) {
    const { name, capabilities } = preset({ apiKey: 'none', unsafeAllowBrowser: true });
    if (capabilities !== undefined) known.set(name, capabilities);
  }
  return (provider, model) => {
    // The addresses that a server can fetch are not capabilities of its models.
    const { urls: _, ...capabilities } = known.get(provider)?.(model) ?? {};
    return Object.keys(capabilities).length === 0 ? undefined : capabilities;
  };
}
