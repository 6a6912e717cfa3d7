const list = (words: string): readonly string[] => words.split(/\s+/);

/** Words that only phrase a question: they may differ where two questions mean the same. */
export const phrasing: ReadonlySet<string> = new Set(
  list(
    `a an the this that these those is are was were be been being am do does did doing done have has had having
    can could may might must shall should will would able allowed possible possibly
    i me my mine we us our you your one's it it's its there and so also just really exactly actually people
    of to in on at for with by about as into if then what what's which please i'd i'm i've let's`,
  ),
);

/** How a request for an explanation begins. */
export const opening =
  /^[^\p{L}\p{N}]*(?:(?:hi|hello|hey|thanks|please|(?:can|could|would|will) you|i(?:'d| would)? (?:want|like|need)(?: to (?:know|understand))?|i (?:am|was) wondering)[^\p{L}\p{N}]+)*(?:(?:tell|give|show|explain|describe|list|name|clarify|calculate|compute|help)(?![\p{L}\p{M}\p{N}])(?: (?:me|us))?(?: with)?)?/iu;

/** Phrases that add nothing to the question. */
export const plain =
  /\b(?:how (?:large|big|high|tall|old) (?=is\b|are\b|was\b|were\b)|(?:the )?meaning of|means?(?=[^\p{L}\p{N}]*$)|(?:need|needs|have|has) to)/giu;

/** Synonyms; the first one represents the others. */
export const synonyms: ReadonlyMap<string, string> = new Map(
  [
    ...list(
      `not no none nor neither cannot nothing nobody kein keine nicht ohne pas sans aucun aucune sin ninguno ninguna non
      senza nao não sem niet geen zonder`,
    ).map((word) => `not ${word}`),
    'buy purchase',
    'fix repair mend',
    'price cost',
    'large big',
    'movie film',
    'car automobile',
    'doctor physician',
    'remove delete',
    'begin start',
    'write wrote written author',
    'frequent frequently often',
    'need needs needed require requires required necessary',
    'weigh weight heavy',
    '0 zero',
    '1 one',
    '2 two',
    '3 three',
    '4 four',
    '5 five',
    '6 six',
    '7 seven',
    '8 eight',
    '9 nine',
    '10 ten',
    '11 eleven',
    '12 twelve',
    '1st first',
    '2nd second',
    '3rd third',
    'km kilometer kilometers kilometre kilometres',
    'mile miles',
    'meter meters metre metres',
    'cm centimeter centimeters centimetre centimetres',
    'mm millimeter millimeters millimetre millimetres',
    'foot feet',
    'inch inches',
    'kg kilogram kilograms kilo kilos',
    'gram grams',
    'pound pounds lb lbs',
    'liter liters litre litres',
    'celsius centigrade',
    'usd dollar dollars',
    'eur euro euros',
    'percent %',
  ].flatMap((entry) => {
    const [first = '', ...others] = entry.split(' ');
    return others.map((word) => [word, first] as const);
  }),
);

/** Words between two things that are not interchangeable: the order of all others then counts. */
export const relations: ReadonlySet<string> = new Set(
  list(
    `from by than into versus vs over under before after above below between minus divided convert converts converting
    converted translate translates translating change changes migrate migrating switch switching exchange transfer send
    compare better worse more less larger smaller cheaper faster slower`,
  ),
);

/** What a question asks for, by how it is phrased. The first match counts, and its words have no other meaning. */
export const asked: readonly (readonly [name: string, phrase: RegExp])[] = [
  [
    'why',
    /\b(?:why|how come|(?:what(?:'s| is| are|) )?(?:the )?(?:reasons?|causes?)(?: that| why| for)?)\b/gi,
  ],
  ['when', /\b(?:when|(?:at )?(?:what|which) time)\b/gi],
  ['where', /\b(?:where|(?:in |at )?(?:what|which) place)\b/gi],
  ['who', /\b(?:who|whom|whose|by whom)\b/gi],
  [
    'price',
    /\b(?:how much (?=(?:is|are|was|does|do|did|would|will)\b)|(?:the )?(?:price|costs?)(?: of)?)\b/gi,
  ],
  ['amount', /\b(?:how (?:much|many)|(?:the |what )?(?:number|amount) of)\b/gi],
  ['often', /\bhow (?:often|frequently)\b/gi],
  ['duration', /\b(?:for )?how long\b/gi],
  ['distance', /\b(?:how far|(?:the )?distance)\b/gi],
  [
    'how',
    /\b(?:what (?:do|must|should|can) (?:i|we|you) +do|how does (?:that|this|it) work|how|(?:the |a )?(?:best |right |correct |proper |good |usual )?(?:way|steps|procedure|process|method))\b/gi,
  ],
];

/** How a yes-or-no question begins. */
export const modals: readonly (readonly [name: string, phrase: RegExp])[] = [
  ['should', /\bshould\b/i],
  ['must', /\b(?:must|need|needed|needs|have to|has to|require|requires|required|necessary)\b/i],
  ['can', /\b(?:can|could|may|possible|allowed|able)\b/i],
];
