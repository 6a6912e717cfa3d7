/**
 * Embeddings hardly notice a number, a name or a "not", though each turns a question into another one. Two
 * questions share an answer only if they agree in all of these: numbers, dates, units, quoted strings,
 * negations, words of direction, and names. The guard errs on the side of a miss: what it does not know, such
 * as a word in another script, has to be the same.
 *
 * @returns what two questions have to agree in, as one text
 */
export function lexicalMarks(text: string): string {
  const marks: string[] = [];
  // Typographic quotes and apostrophes are the same as plain ones.
  let rest = text
    .normalize('NFKC')
    .replace(/[’‘]/g, "'")
    .replace(/[“”„«»]/g, '"');
  rest = rest.replace(quoted, (_all, own: string) => {
    marks.push(`quote ${own.replace(/^["'`]|["'`]$/g, '')}`);
    return ' ';
  });
  const words = rest.match(tokens) ?? [];
  let startsSentence = true;
  for (const word of words) {
    if (/^[.!?:;\n]$/.test(word)) {
      startsSentence = true;
      continue;
    }
    const mark = markOf(word, startsSentence);
    if (mark !== undefined) marks.push(mark);
    startsSentence = false;
  }
  return JSON.stringify(marks.sort(byCodeUnit));
}

const quoted = /("[^"]*"|`[^`]*`|(?<![\p{L}\p{N}])'[^']+'(?![\p{L}\p{N}]))/gu;
/** Numbers with signs, separators and percent; words with inner apostrophes, digits and dots; ends of sentences. */
const tokens =
  /[-+]?[$€£¥]?\d+(?:[.,:/-]\d+)*%?|[\p{L}_][\p{L}\p{N}_]*(?:['.+#/-]+[\p{L}\p{N}_]+)*[+#]*|[°%€$£¥]|[.!?:;\n]/gu;

function markOf(word: string, startsSentence: boolean): string | undefined {
  const lower = word.toLowerCase();
  if (/\d/.test(word)) return `number ${lower.replace(/(?<=\d),(?=\d{3}\b)/g, '')}`;
  if (/^[°%€$£¥]$/.test(word)) return `unit ${word}`;
  const number = numberWords.get(lower);
  if (number !== undefined) return `number ${number}`;
  const known = meanings.get(lower);
  if (known !== undefined) return known;
  if (lower.endsWith("n't")) return 'not';
  // Scripts without capital letters show no names.
  if (!/^[\p{Script=Latin}\p{N}_'.+#/-]+$/u.test(word)) return `word ${lower}`;
  const isName = /^\p{Lu}/u.test(word) || /[\p{Ll}\d][\p{Lu}]|[_.#/]/u.test(word);
  if (!isName || lower === 'i' || lower.startsWith("i'")) return undefined;
  if (startsSentence && openers.has(lower)) return undefined;
  return `name ${lower.replace(/'s$/, '')}`;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const list = (words: string): readonly string[] => words.split(' ');

const numberWords: ReadonlyMap<string, string> = new Map(
  [
    'zero 0',
    'one 1',
    'two 2',
    'three 3',
    'four 4',
    'five 5',
    'six 6',
    'seven 7',
    'eight 8',
    'nine 9',
    'ten 10',
    'eleven 11',
    'twelve 12',
    'dozen 12',
    'twenty 20',
    'thirty 30',
    'forty 40',
    'fifty 50',
    'hundred 100',
    'thousand 1000',
    'million 1000000',
    'billion 1000000000',
    'half 0.5',
    'double 2x',
    'twice 2x',
    'triple 3x',
    'first 1st',
    'second 2nd',
    'third 3rd',
    'fourth 4th',
    'fifth 5th',
  ].map((entry) => {
    const [word = '', number = ''] = entry.split(' ');
    return [word, number];
  }),
);

/** Words that turn a sentence around, each by itself, so that two questions have the same ones. */
const directions = list(
  'before after above below over under increase decrease increases decreases raise lower add remove enable disable ' +
    'enabled disabled start stop open close buy sell import export upload download encrypt decrypt encode decode lock ' +
    'unlock show hide allow deny allowed forbidden minimum maximum min max least most more less fewer best worst ' +
    'cheapest fastest slowest largest smallest highest lowest oldest newest earliest latest longest shortest inside ' +
    'outside left right up down north south east west until since ascending descending old new public ' +
    'private install uninstall subscribe unsubscribe login logout input output male female child adult dog cat hot cold',
);
const negations = list(
  'not no without none nor neither cannot nothing nobody except excluding unless kein keine nicht ohne pas sans ' +
    'aucun aucune sin ninguno ninguna non senza nao não sem niet geen zonder',
);
const calendar = list(
  'january february march april may june july august september october november december monday tuesday wednesday ' +
    'thursday friday saturday sunday today tomorrow yesterday tonight now currently week weeks month months year years day ' +
    'days hour hours minute minutes seconds morning evening night weekend quarter annual annually monthly weekly daily ' +
    'next last previous',
);
const languages = list(
  'english german french spanish italian portuguese dutch polish russian chinese mandarin japanese korean arabic hindi ' +
    'turkish swedish danish finnish greek hebrew latin python java javascript typescript rust go golang ruby php swift ' +
    'kotlin scala c cpp csharp sql html css bash',
);
const units: ReadonlyMap<string, string> = new Map(
  [
    'km kilometer kilometers kilometre kilometres',
    'mi mile miles',
    'm meter meters metre metres',
    'cm centimeter centimeters',
    'mm millimeter millimeters',
    'ft foot feet',
    'in inch inches',
    'kg kilogram kilograms kilo kilos',
    'g gram grams',
    'lb pound pounds lbs',
    'oz ounce ounces',
    'l liter liters litre litres',
    'gal gallon gallons',
    'celsius centigrade',
    'fahrenheit',
    'kelvin',
    'usd dollar dollars',
    'eur euro euros',
    'gbp sterling',
    'jpy yen',
    'percent',
    'kb kilobyte kilobytes',
    'mb megabyte megabytes',
    'gb gigabyte gigabytes',
    'tb terabyte terabytes',
    'mph',
    'kph',
    'watt watts',
    'volt volts',
    'ms millisecond milliseconds',
    'acre acres',
    'hectare hectares',
    'knot knots',
    'calorie calories',
    'joule joules',
  ].flatMap((entry) => {
    const words = entry.split(' ');
    return words.map((word) => [word, words[0] ?? word] as const);
  }),
);

const meanings: ReadonlyMap<string, string> = new Map([
  ...[...units].filter(([word]) => word !== 'in').map(([word, unit]) => [word, `unit ${unit}`] as const),
  ...directions.map((word) => [word, `direction ${word}`] as const),
  ...calendar.map((word) => [word, `time ${word}`] as const),
  ...languages.map((word) => [word, `language ${word}`] as const),
  ...negations.map((word) => [word, 'not'] as const),
  ...list('never nie jamais nunca mai nooit').map((word) => [word, 'never'] as const),
]);
/** Words that begin a sentence with a capital letter and are no names. */
const openers: ReadonlySet<string> = new Set(
  list(
    'what which who whom whose when where why how is are was were do does did can could will would shall should may might ' +
      'must have has had please tell give show explain describe list name find help the a an in on at of for with by as if ' +
      'and or but this that these those there it my your our their we you he she they let make write create define summarize ' +
      "translate compare calculate compute convert suggest recommend provide i'd i'm what's how's who's where's any some " +
      'hello hi hey thanks say get need want know looking wondering roughly about',
  ),
);
