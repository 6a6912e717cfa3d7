import type { Written } from './reworded.ts';

/**
 * Pairs that the guard has never been adjusted to, from other fields than those of the other sets: chess, boats, hospitals, babies,
 * electricity, bicycles, wine, mountains, knitting, elections, libraries, bees, printing, trains. A change of the guard after a look at
 * its mistakes here needs new pairs.
 */
export const heldOut: Written = {
  paraphrase: `
How do I castle in chess? | What is the way to castle in chess?
How can I renew a library card? | How do I renew my library card?
Who may vote in local elections? | Who is allowed to vote in local elections?
how do i true a bicycle wheel | Show me how to true a bicycle wheel.
What does a transformer do? | Explain what a transformer does.
When do babies start to crawl? | At what time do babies begin to crawl?
Can I visit a patient at night? | Is it possible to visit a patient at night?
How do I store red wine? | What is the best way to store red wine?
Why do bees swarm? | What is the reason bees swarm?
Where can I moor a boat? | Where may I moor my boat?
How do I knit a sock? | What are the steps to knit a sock?
What is the height of Kilimanjaro? | Tell me the height of Kilimanjaro.
How much does a train pass cost? | What is the price of a train pass?
How do I print on both sides? | How can I print on both sides?
How many pawns are on a chess board? | What number of pawns are on a chess board?
Do I need a permit to climb the mountain? | Is a permit required to climb the mountain?
What is a fuse? | Please describe what a fuse is.
How long does a vasectomy take? | For how long does a vasectomy take?
Which grapes are in Chianti? | What grapes are in Chianti?
How do I fix a flat tire? | How do I repair a flat tire?
How often should I feed a newborn? | How frequently should I feed a newborn?
How do I register to vote? | What is the procedure to register to vote?
What causes a brownout? | What is the cause of a brownout?
Where do I buy beeswax? | Where can I purchase beeswax?
How do I delete a print job? | How can I remove a print job?
What is the fastest train in Japan? | Which train is the fastest in Japan?
How do I unblock a bilge pump? | Tell me how I unblock a bilge pump.
What are the opening hours of the library? | Give me the opening hours of the library.
Is the cable car open? | Please tell me: is the cable car open?
How far is the summit from the hut? | What is the distance of the summit from the hut?
What does decanting do? | Could you explain what decanting does?
How do I tie a bowline? | I want to tie a bowline. How does it work?
Can a bishop jump? | Is a bishop able to jump?
What does the term en passant mean? | What is the meaning of the term en passant?
Which vaccines do babies get? | What vaccines does a baby get?
How do I pay a library fine? | How should I pay a library fine?
What do I do if a bee stings me? | What should I do if a bee stings me?
How do I cast on stitches? | Please show me how to cast on stitches.
Who counts the votes? | Who is counting the votes?
What is the voltage of a train line? | Tell me the voltage of the train line.
What's a checkmate? | Define checkmate.
My hive lost its queen, what now? | What should I do when the hive has lost its queen?
Which documents must a voter bring? | What papers does a voter have to take along?
How do I stop my baby from crying? | How can I calm a crying baby?
What's the deal with tannins in wine? | Why does wine have tannins?
Can you recommend a bike for commuting? | Which bike is good for commuting?
How steep is the trail? | What is the gradient of the trail?
Is the express train worth the extra money? | Should I pay more for the express train?
What do nurses earn? | How much do nurses get paid?
How do I get ink off my hands? | How can I wash ink off my hands?
`,
  number: `
How much current flows at 230 volts? | How much current flows at 110 volts?
What is a 10-speed bike? | What is a 12-speed bike?
how do i knit a 2x2 rib | how do i knit a 3x3 rib
What happens in move 20? | What happens in move 21?
How is a baby of three months fed? | How is a baby of four months fed?
Was the 1961 vintage good? | Was the 1962 vintage good?
Which train leaves from platform 4? | Which train leaves from platform 14?
What is the fee for two overdue books? | What is the fee for ten overdue books?
How cold is it at 4,500 meters? | How cold is it at 5,400 meters?
What does fuse F12 protect? | What does fuse F21 protect?
Is a majority of two thirds needed? | Is a majority of three fifths needed?
What is the resistance of 4.7 k? | What is the resistance of 47 k?
How many seats has a car of class I? | How many seats has a car of class II?
how do i print on a4 paper | how do i print on a5 paper
Does the boat carry sixteen people? | Does the boat carry sixty people?
What is 12 divided by 4? | What is 4 divided by 12?
`,
  name: `
Who beat Kasparov? | Who beat Karpov?
what is the height of kilimanjaro | what is the height of denali
Which grapes are in Chianti? | What grapes are in Rioja?
how do i moor a catamaran | how do i moor a kayak
Where do bees live? | Where do wasps live?
Is the train from Lyon to Nice late? | Is the train from Nice to Lyon late?
How do I knit a sock? | What are the steps to knit a scarf?
How do I print from Word? | How do I print from Excel?
does measles cause a rash | does mumps cause a rash
Who runs for mayor in Bristol? | Who runs for mayor in Bath?
Can a knight take a rook? | Can a rook take a knight?
What does a diode do? | What does a resistor do?
how do i lubricate a bicycle chain | how do i lubricate a bicycle fork
Who climbed Everest first? | Who climbed Lhotse first?
Does merlot age well? | Does malbec age well?
Which ward is for burns? | Which ward is for fractures?
Did Labour beat the Greens? | Did the Greens beat Labour?
Is a hornet bigger than a bee? | Is a bee bigger than a hornet?
Can my son borrow books for my father? | Can my father borrow books for my son?
What do babies eat? | What do toddlers eat?
Is ink or toner cheaper? | Is ink or paper cheaper?
what cheese goes with port | what cheese goes with sherry
How do I get to the library? | How do I get to the hospital?
`,
  negation: `
Can I vote with a passport? | Can I vote without a passport?
which stitches stretch | which stitches do not stretch
Why does the printer print? | Why doesn't the printer print?
Who is insured at the hospital? | Who is uninsured at the hospital?
Are there trains on strike days? | Are there no trains on strike days?
Is the wire insulated? | Is the wire uninsulated?
When should I pump the tires? | When should I not pump the tires?
What can babies drink? | What can babies never drink?
Which wines are dry? | Which wines aren't dry?
Is the hive active? | Is the hive inactive?
Did the motion pass? | Did the motion fail?
Is it possible to dock at night? | Is it impossible to dock at night?
Which books may I borrow? | Which books may I not borrow?
Has the route opened? | Has the route not opened?
Who agreed with the vote? | Who disagreed with the vote?
`,
  unit: `
What is the climb in meters? | What is the climb in feet?
how heavy is the bike in kg | how heavy is the bike in pounds
What is the current in amps? | What is the current in milliamps?
How long is the boat in feet? | How long is the boat in yards?
How much milk in ounces? | How much milk in milliliters?
What is the yarn weight in grams? | What is the yarn weight in ounces?
How fast is the train in km/h? | How fast is the train in m/s?
What does the ticket cost in euros? | What does the ticket cost in zloty?
How much honey in jars? | How much honey in buckets?
What is the print speed in pages per minute? | What is the print speed in pages per second?
How strong is the wind in knots? | How strong is the wind in beaufort?
What is the energy in kWh? | What is the energy in kJ?
`,
  date: `
When is the election in 2026? | When is the election in 2027?
Is the library open on Good Friday? | Is the library open on Boxing Day?
which trains ran on monday | which trains ran on wednesday
When do bees swarm in May? | When do bees swarm in August?
What were visiting hours last week? | What were visiting hours this week?
Is the hut open in winter? | Is the hut open in summer?
How was the 2009 harvest? | How was the 2019 harvest?
Is there a ferry at dawn? | Is there a ferry at dusk?
When is the first train tomorrow? | When is the last train tomorrow?
who was elected in the twenties | who was elected in the thirties
Does the ward open at 9 am? | Does the ward open at 9 pm?
What is due before Easter? | What is due after Easter?
`,
  language: `
How do I say ship in Icelandic? | How do I say ship in Norwegian?
how do you write bee in korean | how do you write bee in japanese
Is the ballot printed in Welsh? | Is the ballot printed in English?
Translate the label from French to Dutch. | Translate the label from Dutch to French.
Are there books in Polish? | Are there books in Russian?
How do I print a list in Julia? | How do I print a list in Octave?
Does the nurse speak Farsi? | Does the nurse speak Pashto?
What is the Latin name of the bee? | What is the Greek name of the bee?
how do i draw a chess board in java | how do i draw a chess board in javascript
`,
  quote: `
What does "zugzwang" mean? | What does "zwischenzug" mean?
What does 'paper jam' mean? | What does 'tray empty' mean?
Who said "because it is there"? | Who said "it is not the mountain"?
What does \`lp -n 2\` print? | What does \`lp -n 4\` print?
What does the label "brut" mean? | What does the label "sec" mean?
`,
  direction: `
How do I shift up a gear? | How do I shift down a gear?
Is port on the left? | Is starboard on the left?
How do I increase the stitches? | How do I decrease the stitches?
Which party gained votes? | Which party lost votes?
How do I charge a capacitor? | How do I discharge a capacitor?
Where do I get on the train? | Where do I get off the train?
What is the oldest wine? | What is the youngest wine?
Why does the voltage rise? | Why does the voltage drop?
Who moves first in chess? | Who moves last in chess?
When is high tide? | When is low tide?
How do I fold the sail? | How do I unfold the sail?
Is the ascent dangerous? | Is the descent dangerous?
How do I borrow a book? | How do I return a book?
How do I wake a baby? | How do I calm a baby?
`,
};
