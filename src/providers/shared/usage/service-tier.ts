import type { ServedAs } from '../../../types/result/result.ts';
import { asObject, asText, compact, type Wire } from '../../../util/json.ts';

/** What vendors call their standard tier. */
const standard = new Set(['standard', 'default', 'on_demand', 'standard_only', 'service_tier_standard']);
/** What says nothing about the tier. */
const silent = new Set(['', 'auto', 'unspecified', 'traffic_type_unspecified', 'service_tier_unspecified']);
/** Vertex AI's names for its kinds of traffic (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType). */
const traffic: Readonly<Record<string, string>> = {
  on_demand_priority: 'priority',
  on_demand_flex: 'flex',
  on_demand_offpeak: 'offpeak',
  provisioned_throughput: 'provisioned',
};

/**
 * A service tier by one name whoever serves it: `standard`, `flex`, `priority`, or in lower case what the vendor calls it.
 * `undefined` where it says none, or `auto`, which tells what was asked for and not what was served.
 */
export function readServiceTier(value: unknown): string | undefined {
  // Bedrock wraps it: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ServiceTier.html
  const name = asText(asObject(value)?.['type'] ?? value)?.toLowerCase();
  if (name === undefined || silent.has(name)) return undefined;
  if (standard.has(name)) return 'standard';
  return traffic[name] ?? name.replace(/^service_tier_/, '');
}

/**
 * How an answer was served, by the account of its usage; or how one is asked to be, by the options of a call, which some write in
 * camel case. Anthropic's fast mode is a tier in all but its name, and is not to be had with another one
 * (https://platform.claude.com/docs/en/build-with-claude/fast-mode). A region has a price only where it is not the whole world
 * (https://platform.claude.com/docs/en/manage-claude/data-residency).
 */
export function readServedAs(fields: Wire): ServedAs {
  const region = asText(fields['inference_geo'] ?? fields['inferenceGeo']);
  const tier = fields['service_tier'] ?? fields['serviceTier'];
  return compact({
    serviceTier: fields['speed'] === 'fast' ? 'fast' : readServiceTier(tier),
    region: region === 'global' || region === 'not_available' ? undefined : region || undefined,
  });
}

/** How the options of a call ask for it to be served; `undefined` where that is the usual way. */
export function askedToBeServedAs(...options: readonly (Wire | undefined)[]): ServedAs | undefined {
  for (const fields of options) {
    if (fields === undefined) continue;
    const { serviceTier, region } = readServedAs(fields);
    const asked = compact({ serviceTier: serviceTier === 'standard' ? undefined : serviceTier, region });
    if (Object.keys(asked).length > 0) return asked;
  }
  return undefined;
}
