import type { Pair } from './pairs.ts';

/** Pairs written out, as `one | other`, by what they differ in. */
export type Written = Readonly<Record<Pair['kind'], string>>;

/** Questions as people type them, also without capital letters, from health, banking, travel, cooking, law and programming. */
export const reworded: Written = {
  paraphrase: `
How do I reset my router? | What's the way to reset my router?
can i return shoes without a receipt | Is it possible to return shoes without a receipt?
What causes hiccups? | Why do people get hiccups?
How long should I boil an egg? | For how long do I need to boil an egg?
How can I close my bank account? | What do I need to do to close my bank account?
what is compound interest | Please explain compound interest.
Do I need a visa for Vietnam? | Is a visa required for Vietnam?
How do I remove red wine stains? | What is the best way to remove red wine stains?
Is ibuprofen safe with alcohol? | Can I safely take ibuprofen with alcohol?
How much does a new passport cost? | What is the price of a new passport?
Where can I buy train tickets? | Where do I purchase train tickets?
How do I fix a leaking faucet? | How can I repair a leaking faucet?
What are the symptoms of flu? | Which symptoms does flu have?
how to center a div in css | How do you center a div in CSS?
What's the difference between a list and a tuple? | Explain the difference between a list and a tuple.
How do I contest a parking ticket? | What is the procedure to contest a parking ticket?
When does the museum close? | What time does the museum close?
How often should I water a cactus? | How frequently does a cactus need water?
Can my landlord raise the rent? | Is my landlord allowed to raise the rent?
How do I change my email address? | I want to change my email address. How do I do that?
What is the capital of Mongolia? | Which city is the capital of Mongolia?
How do I convert a string to an int? | What is the way to convert a string to an int?
Why is my phone battery draining? | What is the reason my phone battery drains?
How do I cancel my subscription? | I'd like to cancel my subscription, how does that work?
What should I pack for a ski trip? | What do I need to pack for a ski trip?
Does this soup contain gluten? | Is there gluten in this soup?
Who pays for shipping? | Who has to pay for the shipping?
How do I delete a git branch? | How can I remove a git branch?
What is a good substitute for butter? | What can I use as a substitute for butter?
Which documents do I need for a mortgage? | What documents are required for a mortgage?
`,
  number: `
Is a fever of 38 dangerous? | Is a fever of 40 dangerous?
How long is twelve hundred seconds? | How long is fourteen hundred seconds?
can i take two aspirin at once | can i take three aspirin at once
What is the tax on 50,000? | What is the tax on 500,000?
How do I divide a pizza into eight slices? | How do I divide a pizza into six slices?
Does version 3.9 support this? | Does version 3.10 support this?
What happens in chapter IV? | What happens in chapter VI?
is a couple of eggs enough | is a dozen eggs enough
How many calories are in a quarter of a cake? | How many calories are in a third of a cake?
Can sixteen year olds drive? | Can eighteen year olds drive?
How do I read port 80? | How do I read port 8080?
What is the 7th amendment? | What is the 17th amendment?
Is twenty-five minutes enough for a transfer? | Is thirty-five minutes enough for a transfer?
What is 3 x 4? | What is 3 x 5?
`,
  name: `
is ibuprofen safe during pregnancy | is paracetamol safe during pregnancy
how do i install docker on ubuntu | how do i install podman on ubuntu
what is the weather like in lisbon | what is the weather like in madrid
How do I grow tomatoes? | How do I grow potatoes?
Who founded apple? | Who founded amazon?
Is the visa office in Hanoi open? | Is the visa office in Hue open?
how much is a flight to oslo | what does a flight to bergen cost
Can I pay with paypal? | Can I pay with klarna?
Does my cat need a vaccine? | Does my rabbit need a vaccine?
How do I season salmon? | How do I season tuna?
What does the vitamin B12 do? | What does the vitamin B6 do?
How do I exit vim? | How do I exit nano?
What did Marie Curie discover? | What did Pierre Curie discover?
which antibiotics treat pneumonia | which antibiotics treat sinusitis
How do I contact sales? | How do I contact support?
`,
  negation: `
Can I travel with a passport? | Can I travel without a passport?
Which drugs interact with warfarin? | Which drugs don't interact with warfarin?
Why is my card accepted? | Why is my card not accepted?
Is the deposit refundable? | Is the deposit nonrefundable?
Is it legal to record a call? | Is it illegal to record a call?
what can vegans eat | what can't vegans eat
Which countries require a visa? | Which countries never require a visa?
Is this berry edible? | Is this berry inedible?
Why did my payment succeed? | Why did my payment fail?
Are cats allowed in the flat? | Are cats prohibited in the flat?
How do I connect to the vpn? | How do I disconnect from the vpn?
Is the function deprecated? | Is the function no longer deprecated?
Does the policy include theft? | Does the policy exclude theft?
Can I cook rice with a lid? | Can I cook rice with hardly a lid?
`,
  unit: `
How heavy is a liter of honey in kg? | How heavy is a liter of honey in stone?
How long is a marathon in km? | How long is a marathon in yards?
What is 100 degrees F in C? | What is 100 degrees C in F?
how many cups of flour do i need | how many tablespoons of flour do i need
What is the speed limit in mph? | What is the speed limit in km/h?
What is the price in rupees? | What is the price in pesos?
How large is the field in acres? | How large is the field in square yards?
How much memory does it use in MiB? | How much memory does it use in MB?
What is the pressure in bar? | What is the pressure in psi?
How strong is it in watts? | How strong is it in horsepower?
What is the dose in mg? | What is the dose in mcg?
How long is it in nanoseconds? | How long is it in microseconds?
`,
  date: `
Was the bank closed on 4 July? | Was the bank closed on 5 July?
What happened in 1914? | What happened in 1941?
Is the museum open at noon? | Is the museum open at midnight?
are you open on christmas | are you open on easter
What are the trains like on weekdays? | What are the trains like on weekends?
What was the exchange rate in Q1? | What was the exchange rate in Q2?
When is the summer sale? | When is the winter sale?
How was the harvest in the 1980s? | How was the harvest in the 1890s?
what is due on tues | what is due on thurs
Is it busy in the afternoon? | Is it busy in the evening?
What changed in spring? | What changed in autumn?
Who was president on 01/02/2001? | Who was president on 02/01/2001?
`,
  language: `
Say good morning in Thai. | Say good morning in Khmer.
how do i say thanks in welsh | how do i say thanks in irish
Translate this from Dutch to Danish. | Translate this from Danish to Dutch.
How do I read a file in Perl? | How do I read a file in Lua?
how do i open a file in haskell | how do i open a file in elixir
Is the manual available in Catalan? | Is the manual available in Basque?
Write a loop in C. | Write a loop in C#.
Is there a dictionary for latin? | Is there a dictionary for sanskrit?
What is a monad in F#? | What is a monad in Scala?
`,
  quote: `
What does "per se" mean? | What does "per diem" mean?
Who said 'I think, therefore I am'? | Who said 'I came, I saw, I conquered'?
Why do I get \`ENOENT\`? | Why do I get \`EACCES\`?
What does “carpe diem” mean? | What does “carpe noctem” mean?
Is "who" correct here? | Is "whom" correct here?
`,
  direction: `
How do I zoom in? | How do I zoom out?
How do I merge two cells? | How do I split two cells?
How do I archive an email? | How do I unarchive an email?
Who is the seller? | Who is the buyer?
What is the entry fee? | What is the exit fee?
Why are prices rising? | Why are prices falling?
How do I pin a tab? | How do I unpin a tab?
Is the glass full? | Is the glass empty?
How do I lend money to a friend? | How do I borrow money from a friend?
What is the minimum deposit? | What is the maximum deposit?
`,
};

/** The pairs, one a line. */
export function pairsOf(written: Written): readonly Pair[] {
  return Object.entries(written).flatMap(([kind, lines]) =>
    lines
      .trim()
      .split('\n')
      .map((line): Pair => {
        const [one = '', other = ''] = line.split(' | ');
        return { kind: kind as Pair['kind'], one, other, isSame: kind === 'paraphrase' };
      }),
  );
}
