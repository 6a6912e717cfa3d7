/** The prompt for a moderation model, and the reader of its answer. */
export interface ModerationTemplate {
  /** Instructions for the model. @default none */
  readonly system?: string;
  /** The text to check as the model's prompt. `role`: who wrote it. */
  prompt(text: string, role: 'user' | 'assistant'): string;
  /** `undefined` for an answer in an unknown format, which fails the check. */
  read(answer: string): { readonly ok: true } | { readonly block: string } | undefined;
}

/** The hazard categories of Llama Guard 3 and 4, after MLCommons. */
const hazards = [
  'Violent Crimes',
  'Non-Violent Crimes',
  'Sex Crimes',
  'Child Exploitation',
  'Defamation',
  'Specialized Advice',
  'Privacy',
  'Intellectual Property',
  'Indiscriminate Weapons',
  'Hate',
  'Self-Harm',
  'Sexual Content',
  'Elections',
  'Code Interpreter Abuse',
];

const categories = hazards.map((name, index) => `S${index + 1}: ${name}.`).join('\n');

/**
 * The prompt formats that the models are trained on.
 *
 * - Llama Guard: https://www.llama.com/docs/model-cards-and-prompt-formats/llama-guard-3/
 * - Granite Guardian: https://www.ibm.com/granite/docs/models/guardian
 */
export const templates = {
  'llama-guard': {
    prompt: (text, role) => {
      const author = role === 'user' ? 'User' : 'Agent';
      return [
        `Task: Check if there is unsafe content in '${author}' messages in conversations according to our safety policy with the below categories.`,
        `<BEGIN UNSAFE CONTENT CATEGORIES>\n${categories}\n<END UNSAFE CONTENT CATEGORIES>`,
        `<BEGIN CONVERSATION>\n\n${author}: ${text}\n\n<END CONVERSATION>`,
        `Provide your safety assessment for ONLY THE LAST ${author} message in the above conversation:`,
        " - First line must read 'safe' or 'unsafe'.",
        ' - If unsafe, a second line must include a comma-separated list of violated categories.',
      ].join('\n\n');
    },
    read(answer) {
      const [verdict, list = ''] = answer.trim().split(/\s*\n\s*/);
      if (verdict?.toLowerCase() === 'safe') return { ok: true };
      if (verdict?.toLowerCase() !== 'unsafe') return undefined;
      const names = [...list.matchAll(/S(\d+)/g)].map(
        ([, number]) => hazards[Number(number) - 1] ?? `S${number}`,
      );
      return { block: names.length === 0 ? 'unsafe' : `unsafe: ${names.join(', ')}` };
    },
  },
  'granite-guardian': {
    system: 'harm',
    prompt: (text) => text,
    read(answer) {
      const verdict = /^\s*(?:<think>[\s\S]*?<\/think>\s*)?(?:<score>\s*)?(yes|no)\b/i
        .exec(answer)?.[1]
        ?.toLowerCase();
      if (verdict === undefined) return undefined;
      return verdict === 'no' ? { ok: true } : { block: 'harm' };
    },
  },
} as const satisfies Readonly<Record<string, ModerationTemplate>>;
