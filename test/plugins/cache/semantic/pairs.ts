/** Two questions, and whether one answer is right for both. */
export interface Pair {
  readonly kind:
    | 'paraphrase'
    | 'number'
    | 'name'
    | 'negation'
    | 'unit'
    | 'date'
    | 'language'
    | 'quote'
    | 'direction';
  readonly one: string;
  readonly other: string;
  readonly isSame: boolean;
}

/** Questions in several wordings, `{}` filled from `fill`; and what else could fill it. */
interface Topic {
  readonly wordings: readonly string[];
  readonly fills: readonly string[];
  readonly kind: Pair['kind'];
}

const topics: readonly Topic[] = [
  {
    kind: 'number',
    wordings: [
      'What is {} percent of the total price?',
      'Please calculate {} percent of the total price.',
      'How much is {} percent of the total price?',
    ],
    fills: ['15', '20', '7.5', '12'],
  },
  {
    kind: 'number',
    wordings: [
      'How many people fit in a room of {} square meters?',
      'A room of {} square meters fits how many people?',
      'What number of people fits in a room of {} square meters?',
    ],
    fills: ['40', '45', '400', '4'],
  },
  {
    kind: 'number',
    wordings: [
      'Does the warranty cover damage after {} months?',
      'Is damage covered by the warranty after {} months?',
      'Will the warranty cover damage after {} months?',
    ],
    fills: ['6', '12', '24', 'eighteen thousand'],
  },
  {
    kind: 'name',
    wordings: [
      'What is the population of {}?',
      'How large is the population of {}?',
      'Tell me the population of {}.',
    ],
    fills: ['France', 'Portugal', 'Peru', 'Kenya'],
  },
  {
    kind: 'name',
    wordings: [
      'How do I install {} on my laptop?',
      'Please explain how to install {} on my laptop.',
      'What are the steps to install {} on my laptop?',
    ],
    fills: ['Docker', 'Postgres', 'Redis', 'Nginx'],
  },
  {
    kind: 'name',
    wordings: [
      'Who wrote the novel {}?',
      'Who is the author of the novel {}?',
      'The novel {} was written by whom?',
    ],
    fills: ['Emma', 'Dracula', 'Ulysses', 'Middlemarch'],
  },
  {
    kind: 'negation',
    wordings: [
      'Which of these foods are {} safe during pregnancy?',
      'Tell me which of these foods are {} safe during pregnancy.',
      'What foods are {} safe during pregnancy?',
    ],
    fills: ['', 'not', 'never'],
  },
  {
    kind: 'negation',
    wordings: [
      'Why does the order {} ship with insurance?',
      'What is the reason that the order {} ships with insurance?',
      'Explain why the order {} ships with insurance.',
    ],
    fills: ['', 'never', "doesn't"],
  },
  {
    kind: 'unit',
    wordings: [
      'How far is the harbor from the airport in {}?',
      'What is the distance from the harbor to the airport in {}?',
      'Give me the distance between harbor and airport in {}.',
    ],
    fills: ['kilometers', 'miles', 'meters', 'feet'],
  },
  {
    kind: 'unit',
    wordings: [
      'What is the boiling point of water in {}?',
      'Tell me the boiling point of water in {}.',
      'At what temperature does water boil in {}?',
    ],
    fills: ['celsius', 'fahrenheit', 'kelvin'],
  },
  {
    kind: 'unit',
    wordings: [
      'How much does the largest parcel weigh in {}?',
      'What is the weight of the largest parcel in {}?',
      'Give me the largest parcel weight in {}.',
    ],
    fills: ['kilograms', 'pounds', 'ounces', 'grams'],
  },
  {
    kind: 'date',
    wordings: [
      'When does the store open on {}?',
      'What time does the store open on {}?',
      'Please tell me when the store opens on {}.',
    ],
    fills: ['Monday', 'Sunday', 'friday', 'tomorrow'],
  },
  {
    kind: 'date',
    wordings: [
      'What were the sales figures for {}?',
      'Show me the sales figures for {}.',
      'Please list the sales figures for {}.',
    ],
    fills: ['2024-11-28', '2024-11-29', 'March', 'last quarter'],
  },
  {
    kind: 'date',
    wordings: [
      'How is the weather forecast for {}?',
      'What is the weather forecast for {}?',
      'Give me the weather forecast for {}.',
    ],
    fills: ['today', 'tomorrow', 'next week', 'this weekend'],
  },
  {
    kind: 'language',
    wordings: [
      'Translate the greeting into {}.',
      'How do you translate the greeting into {}?',
      'Please translate the greeting into {}.',
    ],
    fills: ['French', 'german', 'Japanese', 'spanish'],
  },
  {
    kind: 'language',
    wordings: [
      'How do I sort a list in {}?',
      'What is the way to sort a list in {}?',
      'Show me how to sort a list in {}.',
    ],
    fills: ['python', 'Rust', 'javascript', 'go'],
  },
  {
    kind: 'quote',
    wordings: [
      'What does the error "{}" mean?',
      'Please explain what the error "{}" means.',
      'What is the meaning of the error "{}"?',
    ],
    fills: ['connection refused', 'connection reset', 'broken pipe', 'out of memory'],
  },
  {
    kind: 'direction',
    wordings: [
      'How do I {} two-factor login for my account?',
      'What are the steps to {} two-factor login for my account?',
      'Please explain how to {} two-factor login for my account.',
    ],
    fills: ['enable', 'disable'],
  },
  {
    kind: 'direction',
    wordings: [
      'Which phone has the {} battery life?',
      'What phone has the {} battery life?',
      'Tell me which phone has the {} battery life.',
    ],
    fills: ['best', 'worst', 'longest', 'shortest'],
  },
];

const filled = (wording: string, fill: string): string => wording.replace('{}', fill).replace(/ +/g, ' ');

/** Every wording with every other one for the same question, and each question with one that differs in one thing. */
export function allPairs(): readonly Pair[] {
  return topics.flatMap(({ wordings, fills, kind }) => {
    const [first = '', second = ''] = wordings;
    const paraphrases = fills.flatMap((fill) =>
      wordings.flatMap((one, index) =>
        wordings.slice(index + 1).map(
          (other): Pair => ({
            kind: 'paraphrase',
            one: filled(one, fill),
            other: filled(other, fill),
            isSame: true,
          }),
        ),
      ),
    );
    const nearMisses = fills.flatMap((fill, index) =>
      fills.slice(index + 1).flatMap((other): readonly Pair[] => [
        { kind, one: filled(first, fill), other: filled(first, other), isSame: false },
        { kind, one: filled(first, fill), other: filled(second, other), isSame: false },
      ]),
    );
    return [...paraphrases, ...nearMisses];
  });
}

const dimensions = 256;
/** Words that an embedding hardly notices, and how much. */
const faint = 0.12;
const functionWords = new Set(
  'a an the is are was were be of on in to for from at by with me my i you do does did what which who whom how when why where please tell give show explain list that this these it and or there much many will can way steps reason meaning'.split(
    ' ',
  ),
);

/** Words that embeddings hardly notice, for the questions of a set of pairs: those in which its near misses differ. */
export function faintWordsOf(pairs: readonly Pair[]): ReadonlySet<string> {
  const differing = pairs.flatMap(({ one, other, isSame }) => {
    if (isSame) return [];
    const [left, right] = [new Set(wordsOf(one)), new Set(wordsOf(other))];
    return [...left].filter((word) => !right.has(word)).concat([...right].filter((word) => !left.has(word)));
  });
  return new Set(differing);
}

/**
 * A mock of an embedding model. Each word has a direction of its own, drawn from its letters; a question is the
 * sum of its words, without order. Function words count for 0.05, and the words in which near misses differ
 * (numbers, negations, names, units, dates, languages, quoted strings) for 0.12, because embeddings of real
 * models hardly move with them; all others count for 1, cut to their first five letters, so that inflections
 * are the same word.
 */
export function embed(text: string, faintly: ReadonlySet<string> = templateFaint): readonly number[] {
  const vector = new Array<number>(dimensions).fill(0);
  const quoted = /"([^"]*)"/.exec(text)?.[1]?.toLowerCase().split(' ') ?? [];
  for (const word of wordsOf(text)) {
    const isFaint = faintly.has(word) || /\d/.test(word) || quoted.includes(word);
    const weight = functionWords.has(word) ? 0.05 : isFaint ? faint : 1;
    let state = [...word.slice(0, 5)].reduce(
      (sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 16_777_619),
      2_166_136_261,
    );
    for (let index = 0; index < dimensions; index++) {
      state = Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9;
      vector[index] = (vector[index] ?? 0) + weight * ((state >>> 0) / 2 ** 31 - 1);
    }
  }
  return vector;
}

function wordsOf(text: string): readonly string[] {
  return (text.match(/[\p{L}\p{N}'-]+/gu) ?? []).map((word) => word.toLowerCase());
}

const templateFaint: ReadonlySet<string> = new Set(
  topics.flatMap(({ fills }) => fills.flatMap((fill) => fill.toLowerCase().split(' '))),
);
