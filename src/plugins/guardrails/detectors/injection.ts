import type { Detector, Finding } from '../types.ts';
import { matches, type Rule } from './matching.ts';

const target =
  '(?:all |any |the |your |my |of |these |those |every ){0,3}(?:previous|prior|above|earlier|preceding|foregoing|original|system|initial|existing)';
const orders =
  '(?:instructions?|prompts?|rules?|directions?|guidelines?|messages?|commands?|context|constraints?)';

/** Phrases of published attacks, for example in https://genai.owasp.org/llmrisk/llm01-prompt-injection/. */
const rules: readonly Rule[] = [
  `\\b(?:ignore|disregard|forget|override|bypass|neglect|skip) ${target}(?: \\w+){0,2} ${orders}`,
  `\\b(?:ignore|disregard|forget) (?:everything|all|anything)(?: that)?(?: (?:was|you were|i|we))? ?(?:said|told|above|before|written)`,
  `\\b(?:reveal|show|print|repeat|output|display|leak|tell me|give me|expose)(?: me)? (?:your|the|all)(?: \\w+){0,2} (?:system|initial|hidden|secret|original|developer) (?:${orders}|configuration)`,
  `\\b(?:you are|you're|act|behave|respond) (?:now |as )(?:an? )?(?:dan\\b|jailbroken|unrestricted|unfiltered|uncensored|in developer mode|developer mode)`,
  `\\b(?:enable|enter|activate|switch to) (?:developer|debug|god|admin|jailbreak|dan|sudo) mode`,
  `\\b(?:without|no longer have|have no|free (?:of|from)) (?:any )?(?:restrictions?|filters?|guidelines|censorship|ethical (?:rules|guidelines))(?=\\s*(?:[.,;:!?)"]|$|and\\b|from\\b|whatsoever\\b))`,
  `\\bdo anything now\\b`,
  `\\b(?:new|updated|real|important) (?:system )?instructions?:`,
  `\\b(?:pretend|imagine|assume) (?:that )?(?:you|there) (?:have|are|were) no (?:rules|restrictions|limits|guidelines|filters)`,
  `\\b(?:do not|don't|never) (?:tell|inform|mention (?:this|it) to|alert|let) (?:the |your )?(?:user|human|operator)`,
  // The first rule in other languages.
  `\\b(?:ignorez|oubliez|ignore) (?:toutes )?(?:les|mes|vos) (?:instructions|consignes|règles) (?:précédentes|antérieures|ci-dessus)`,
  `\\b(?:ignoriere|ignorier|vergiss|missachte) (?:bitte )?(?:alle|die|alle die|deine) (?:vorherigen|bisherigen|obigen|vorigen|früheren) (?:anweisungen|regeln|instruktionen|vorgaben)`,
  `\\b(?:ignora|olvida|ignore|olvide|esqueça|esquece) (?:todas )?(?:las|tus|sus|as|suas) (?:instrucciones|reglas|instruções|regras) (?:anteriores|previas|prévias)`,
  `\\b(?:ignora|dimentica) (?:tutte )?le (?:istruzioni|regole) (?:precedenti|sopra)`,
  `<\\|(?:im.start|im.end|system|endoftext|start.header.id)\\|>`,
  `\\[/?INST\\]|<</?SYS>>`,
].map((source) => ({ entity: 'INJECTION', pattern: new RegExp(source.replaceAll(' ', ' +'), 'gi') }));

/**
 * Finds phrases of known prompt injections, nearly all of them in English. A hint, not a defense: an attacker who rephrases passes.
 * Use it in shadow mode or as one signal, and limit what tools may do.
 *
 * @example
 * block(promptInjection(), { on: ['input', 'tool-result'], mode: 'shadow' })
 */
export function promptInjection(): Detector {
  return {
    name: 'prompt-injection',
    longest: 160,
    find(text) {
      const found: Finding[] = [];
      // Spacing does not hide a phrase; offsets stay the same.
      const plain = text.replace(/[\s_*]/g, ' ');
      for (const rule of rules) matches(rule, plain, found);
      return found;
    },
  };
}
