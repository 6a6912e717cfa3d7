import type { Written } from './reworded.ts';

/** More pairs, from sports, chemistry, work, games, astronomy, housing, school, insurance, shops, photography and music. */
export const fromTheClub: Written = {
  paraphrase: `
How do I tune a guitar? | What's the best way to tune a guitar?
how many players are on a rugby team | What number of players are on a rugby team?
Why is the sky red at sunset? | What makes the sky red at sunset?
When does school start after the break? | What time does school start after the break?
How do I file an insurance claim? | How can I file an insurance claim?
What is the melting point of gold? | Tell me the melting point of gold.
Can I sublet my apartment? | Am I allowed to sublet my apartment?
How do I photograph the moon? | What is the right way to photograph the moon?
What is a black hole? | Explain what a black hole is.
where can i recycle batteries | Where do I recycle batteries?
How much does a violin lesson cost? | What is the price of a violin lesson?
What are the rules of curling? | Please explain the rules of curling.
How do I ask for a pay rise? | how should i ask for a pay rise
Who invented the saxophone? | Who was the saxophone invented by?
Why do magnets attract iron? | For what reason do magnets attract iron?
How long does paint take to dry? | How long does it take for paint to dry?
Do I need a helmet for skiing? | Is a helmet required for skiing?
How do I unlock the second level? | What are the steps to unlock the second level?
What is the tallest building in Chicago? | Which building is the tallest in Chicago?
How do I write a cover letter? | I need help writing a cover letter.
Can tenants paint the walls? | Are tenants allowed to paint the walls?
How do I clean a camera sensor? | How can a camera sensor be cleaned?
what does aperture mean | What is the meaning of aperture?
How far is Mars from the sun? | What is the distance of Mars from the sun?
Is my bike insured against theft? | Does my insurance cover bike theft?
Where do I find my order number? | Where is my order number?
How do I track my parcel? | I want to track my parcel. How?
What is the atomic number of neon? | Give me the atomic number of neon.
Can I exchange a gift? | Is it possible to exchange a gift?
How often should I replace guitar strings? | How frequently do guitar strings need replacing?
How do I apply for parental leave? | What is the process to apply for parental leave?
What is the offside rule? | Could you explain the offside rule?
How do I save my game? | How do you save the game?
Which planet has the most moons? | What planet has the most moons?
How do I reduce noise in photos? | What can I do to reduce noise in photos?
What time does the match begin? | When does the match start?
How many hours may a student work? | How many hours can a student work?
How do I learn to read sheet music? | What is a good way to learn to read sheet music?
Is salt soluble in water? | Does salt dissolve in water?
Does the rent include heating? | Is heating included in the rent?
Why does my drum sound dull? | What is the reason my drum sounds dull?
What is the fine for late tax returns? | How high is the fine for late tax returns?
How do I report an accident? | What do I have to do to report an accident?
What is a covalent bond? | Describe a covalent bond.
How do I pair my headphones? | Pairing my headphones, how does it work?
How do I balance a chemical equation? | Show me how to balance a chemical equation.
Which lens is good for portraits? | What lens is good for portraits?
How much notice must I give my landlord? | How much notice do I have to give my landlord?
Where was chess invented? | In what place was chess invented?
How do I become a referee? | How does one become a referee?
`,
  number: `
What is the fine for driving at 60? | What is the fine for driving at 80?
how do i beat level 12 | how do i beat level 13
How many points is a three-pointer? | How many points is a two-pointer?
Is a deposit of 1,200 usual? | Is a deposit of 12,000 usual?
What element has 26 protons? | What element has 27 protons?
Can I work forty hours as a student? | Can I work twenty hours as a student?
What is the insurance for a car of nineteen years? | What is the insurance for a car of ninety years?
How does f/2.8 look? | How does f/1.8 look?
Who won the 1998 final? | Who won the 1988 final?
What is 0.5 plus 0.25? | What is 0.5 plus 0.75?
is grade B enough for a scholarship | is grade C enough for a scholarship
How many moons were known in the sixteenth century? | How many moons were known in the seventeenth century?
What does error 404 mean? | What does error 403 mean?
Are four rooms enough for a family? | Are 5 rooms enough for a family?
How do I divide by two thirds? | How do I divide by three quarters?
What is the melting point at +10? | What is the melting point at -10?
`,
  name: `
how far is mars from the sun | how far is venus from the sun
What is the atomic number of neon? | Give me the atomic number of argon.
How do I tune a guitar? | What's the best way to tune a ukulele?
who invented the saxophone | who invented the clarinet
can i pay with a visa card | can i pay with a mastercard
What are the rules of curling? | Please explain the rules of bowling.
Where is the office in Leeds? | Where is the office in York?
how do i clean a camera lens | how do i clean a camera sensor
Which teams play in the Bundesliga? | Which teams play in the Eredivisie?
What did Brahms compose? | What did Liszt compose?
How do I store sulfuric acid? | How do I store nitric acid?
Do landlords pay for the stove? | Do landlords pay for the fridge?
how do i play the game on windows | how do i play the game on linux
What is the diameter of Jupiter? | What is the diameter of Saturn?
Who is the coach of Ajax? | Who is the coach of Feyenoord?
Does the policy cover hail? | Does the policy cover flood?
What is the hardness of quartz? | What is the hardness of topaz?
How do I enroll in physics? | How do I enroll in philosophy?
Which camera is better, Nikon or Canon? | Which camera is better, Nikon or Sony?
Is Anna taller than Ben? | Is Ben taller than Anna?
How do I ship a parcel from Spain to Malta? | How do I ship a parcel from Malta to Spain?
`,
  negation: `
Can I play with an injury? | Can I play without an injury?
Which gases are toxic? | Which gases are nontoxic?
Is smoking allowed on the balcony? | Isn't smoking allowed on the balcony?
Why does the camera focus? | Why doesn't the camera focus?
who is eligible for a grant | who is ineligible for a grant
Which employees have to attend? | Which employees do not have to attend?
What happens if I pay the fine? | What happens if I never pay the fine?
Is the lease valid? | Is the lease invalid?
Which metals rust? | Which metals do not rust?
Why was my claim approved? | Why was my claim rejected?
Is overtime paid? | Is overtime unpaid?
what are the pros of renting | what are the cons of renting
Which students passed? | Which students failed?
Can I join with experience? | Can I join with little experience?
Are all planets round? | Are not all planets round?
Do I have to return the keys? | Do I not have to return the keys?
`,
  unit: `
What is the boiling point of neon in kelvin? | What is the boiling point of neon in celsius?
how tall is the hoop in feet | how tall is the hoop in meters
How much does the drum weigh in kg? | How much does the drum weigh in lbs?
What is the rent per week? | What is the rent per month?
What is the speed of light in km/s? | What is the speed of light in mph?
how long is the pool in yards | how long is the pool in metres
What does it cost in euros? | What does it cost in francs?
How big is the file in GB? | How big is the file in Gb?
What is the concentration in mol/l? | What is the concentration in g/l?
How far is Mars in light minutes? | How far is Mars in light seconds?
What is the focal length in mm? | What is the focal length in inches?
How hot is it in K? | How hot is it in F?
what is the dose in drops | what is the dose in spoons
`,
  date: `
Is the gym open on new year's eve? | Is the gym open on new year's day?
When is the exam in June? | When is the exam in July?
What were the scores on Saturday? | What were the scores on Sunday?
who won the cup last year | who won the cup this year
What was the rent in 2015? | What was the rent in 2016?
Is the pool open in the morning? | Is the pool open at night?
What is on the menu today? | What is on the menu tomorrow?
When was the lunar eclipse of March 3? | When was the lunar eclipse of March 14?
Which games came out in the nineties? | Which games came out in the eighties?
what is the deadline for the spring term | what is the deadline for the fall term
Are shops open on bank holidays? | Are shops open on sundays?
What happens at half past two? | What happens at half past three?
Was the store open yesterday? | Is the store open today?
`,
  language: `
How do I say hello in Finnish? | How do I say hello in Estonian?
how do you write mother in tamil | how do you write mother in telugu
Is the course taught in Czech? | Is the course taught in Slovak?
Translate the contract from German to English. | Translate the contract from English to German.
How do I parse JSON in Go? | How do I parse JSON in Zig?
how do i print a line in fortran | how do i print a line in cobol
Is the song sung in Portuguese? | Is the song sung in Galician?
Who speaks Quechua? | Who speaks Aymara?
What is the plural of ox in English? | What is the plural of ox in Latin?
How do I declare a variable in C++? | How do I declare a variable in C?
Are there subtitles in Hindi? | Are there subtitles in Urdu?
`,
  quote: `
Who sang "Yesterday"? | Who sang "Yellow Submarine"?
What does the term "love" mean in tennis? | What does the term "deuce" mean in tennis?
Is 'affect' a verb? | Is 'effect' a verb?
Why does it say "low storage"? | Why does it say "low battery"?
What does \`git stash\` do? | What does \`git reset\` do?
Who wrote the line "to be or not to be"? | Who wrote the line "all the world's a stage"?
`,
  direction: `
How do I turn the flash on? | How do I turn the flash off?
Who sold the house? | Who bought the house?
How do I speed up the game? | How do I slow down the game?
Which planet is closest to the sun? | Which planet is farthest from the sun?
What is the smallest lens? | What is the biggest lens?
Does heat increase solubility? | Does heat decrease solubility?
Who lost the final? | Who won the final?
How do I gain weight? | How do I lose weight?
Is gold heavier than lead? | Is gold lighter than lead?
How do I mute a player? | How do I unmute a player?
Where is the entrance? | Where is the exit?
When does the sun rise? | When does the sun set?
Can I leave the team early? | Can I leave the team late?
`,
};

/** And from cars, pets, weddings, servers, taxes, gardens, history, fitness, fashion, repairs, flying and theater. */
export const fromTheHouse: Written = {
  paraphrase: `
How do I jump-start a car? | What is the way to jump-start a car?
how do i trim my dog's nails | How can I trim my dog's nails?
Who pays for the wedding cake? | Who has to pay for the wedding cake?
What does a DNS record do? | Please explain what a DNS record does.
When are taxes due? | At what time are taxes due?
How do I prune roses? | What is the right way to prune roses?
What caused the fall of Rome? | Why did Rome fall?
How many squats should a beginner do? | What number of squats should a beginner do?
Can I wash silk in a machine? | Is it possible to wash silk in a machine?
How do I patch drywall? | Tell me how to patch drywall.
Why do my ears pop on a plane? | What is the reason my ears pop on a plane?
How long is the opera Carmen? | For how long does the opera Carmen go on?
Where is the spare tire in my car? | Where do I find the spare tire in my car?
What is the gestation period of a rabbit? | Give me the gestation period of a rabbit.
How do I restart the server? | How can the server be restarted?
How do I deduct my home office? | I want to deduct my home office. How does that work?
Which plants attract bees? | What plants attract bees?
Is my dog allowed on the train? | Can my dog go on the train?
What is the dress code for a black tie event? | Please describe the dress code for a black tie event.
How often should I change the oil? | How frequently does the oil need changing?
What is the boarding time of my flight? | When does my flight board?
How do I tie a bow tie? | Show me how to tie a bow tie.
Do puppies need a special diet? | Is a special diet necessary for puppies?
How much is a wedding photographer? | What is the cost of a wedding photographer?
Where did Napoleon die? | In what place did Napoleon die?
How do I list open ports? | What command lists open ports?
Can I claim tax relief on donations? | Am I able to claim tax relief on donations?
How do I get rid of slugs? | What can I do to get rid of slugs?
What is a cadenza? | What does cadenza mean?
How far can a glider fly? | What distance can a glider fly?
How do I stretch my hamstrings? | What are good stretches for hamstrings?
What are the side effects of creatine? | Which side effects does creatine have?
How do I hem trousers? | How does one hem trousers?
Who directed the first play? | By whom was the first play directed?
How do I replace a fuse? | Steps to replace a fuse?
What is the maximum weight of hand luggage? | How heavy may hand luggage be?
Is it hard to keep a parrot? | Are parrots hard to keep?
How do I back up the database? | What is the procedure to back up the database?
What time is check-in? | When is check-in?
How do I return a rental car? | What do I need to do to return a rental car?
`,
  number: `
What tire pressure is right for 17 inch wheels? | What tire pressure is right for 18 inch wheels?
how many reps with 20 kg | how many reps with 25 kg
What changed in PHP 8.1? | What changed in PHP 8.2?
Is a tip of fifteen percent fine? | Is a tip of fifty percent fine?
Who was the 3rd emperor of Rome? | Who was the 4th emperor of Rome?
What is the tax rate at 80k? | What is the tax rate at 85k?
how much food does a puppy of six weeks need | how much food does a puppy of nine weeks need
Can I seat 120 guests? | Can I seat 210 guests?
What happens in act one? | What happens in act two?
What is the square root of 144? | What is the square root of 441?
How do I free port 3000? | How do I free port 5000?
Is seat 14A by the window? | Is seat 14C by the window?
What does fault code P0420 mean? | What does fault code P0430 mean?
How do I mix paint one to three? | How do I mix paint one to four?
What does HTTP 502 mean? | What does HTTP 504 mean?
Is a size 8 shoe too small? | Is a size 9 shoe too small?
`,
  name: `
how do i jump-start a honda | how do i jump-start a toyota
What is the gestation period of a rabbit? | Give me the gestation period of a hamster.
How do I prune roses? | What is the right way to prune lilacs?
how do i restart nginx | how do i restart apache
Where did Napoleon die? | Where did Nelson die?
Which plants attract bees? | Which plants attract wasps?
How do I wash silk? | How do I wash wool?
is creatine safe for teenagers | is caffeine safe for teenagers
Who wrote Hamlet? | Who wrote Faust?
Does Delta fly to Denver? | Does United fly to Denver?
What did Bismarck want? | What did Metternich want?
how do i train a beagle | how do i train a poodle
What flowers suit a wedding in Rome? | What flowers suit a funeral in Rome?
Is the Passat a diesel? | Is the Polo a diesel?
How do I repair a zipper? | How do I repair a button?
How do I log in to Jira? | How do I log in to Slack?
What do I wear to a christening? | What do I wear to a graduation?
Who beat Carthage? | Who beat Sparta?
Is the theater in Vienna older than the one in Prague? | Is the theater in Prague older than the one in Vienna?
How do I fly from Cork to Faro? | How do I fly from Faro to Cork?
how do i copy a file from the server to my laptop | how do i copy a file from my laptop to the server
Did Athens attack Sparta? | Did Sparta attack Athens?
Can a dog give a cat fleas? | Can a cat give a dog fleas?
`,
  negation: `
Can I drive with a cracked windshield? | Can I drive without a cracked windshield?
which fabrics shrink | which fabrics don't shrink
Is the donation deductible? | Is the donation nondeductible?
Why did the import work? | Why did the import not work?
What foods are healthy for dogs? | What foods are unhealthy for dogs?
Are children welcome at the wedding? | Are children unwelcome at the wedding?
What if I file my taxes? | What if I never file my taxes?
Which roses have thorns? | Which roses have no thorns?
Is the flight delayed? | Is the flight no longer delayed?
what are the advantages of leasing | what are the disadvantages of leasing
Who accepted the treaty? | Who refused the treaty?
Does the service require a login? | Does the service require no login?
Is the cable connected? | Is the cable disconnected?
Which exercises should I do? | Which exercises should I avoid?
Is it safe to fly with a cold? | Is it unsafe to fly with a cold?
Is anyone exempt? | Is nobody exempt?
`,
  unit: `
What is the range of the car in miles? | What is the range of the car in kilometers?
how tall is a giraffe in feet | how tall is a giraffe in inches
How fast is the jet in knots? | How fast is the jet in mach?
What does the dress cost in pounds? | What does the dress cost in dollars?
What is the tire pressure in psi? | What is the tire pressure in kPa?
How large is the garden in acres? | How large is the garden in hectares?
What is the download speed in Mbps? | What is the download speed in MBps?
How much does it weigh in stone? | How much does it weigh in grams?
how much protein per serving | how much protein per day
What is the torque in newton meters? | What is the torque in foot pounds?
What is the altitude in meters? | What is the altitude in feet?
How long is the play in minutes? | How long is the play in hours?
`,
  date: `
Are taxes due in April? | Are taxes due in October?
what happened in 1789 | what happened in 1798
Is the garden center open on Labor Day? | Is the garden center open on Memorial Day?
Which planes flew on Tuesday? | Which planes flew on Thursday?
When do I plant tulips in fall? | When do I plant tulips in spring?
Is there a show at 7pm? | Is there a show at 8pm?
Who ruled in the 12th century? | Who ruled in the 13th century?
What was fashionable in the fifties? | What was fashionable in the sixties?
Is the vet open this weekend? | Is the vet open next weekend?
How was traffic yesterday? | How was traffic today?
What is the tax rate for 2024? | What is the tax rate for 2025?
is the gym busy before work | is the gym busy after work
`,
  language: `
How do I say bride in Greek? | How do I say bride in Turkish?
how do i write a loop in ruby | how do i write a loop in perl
Is the opera sung in Italian? | Is the opera sung in German?
Translate the menu from Thai into Lao. | Translate the menu from Lao into Thai.
How do I connect to a database in Kotlin? | How do I connect to a database in Swift?
is the safety card in french | is the safety card in spanish
Which countries speak Swahili? | Which countries speak Zulu?
How do you spell color in British English? | How do you spell color in American English?
What is the TypeScript type of a date? | What is the SQL type of a date?
`,
  quote: `
What does "RSVP" mean? | What does "BYOB" mean?
Who says "Et tu, Brute"? | Who says "Out, damned spot"?
What does the light "check engine" mean? | What does the light "low oil" mean?
Why does it say 'access denied'? | Why does it say 'disk full'?
How do I use \`rsync -a\`? | How do I use \`rsync -n\`?
Is "whom" formal? | Is "whose" formal?
`,
  direction: `
How do I tighten a bolt? | How do I loosen a bolt?
When does the plane land? | When does the plane take off?
How do I raise the saddle? | How do I lower the saddle?
Is the north side sunny? | Is the south side sunny?
How do I make the dress longer? | How do I make the dress shorter?
Who is the oldest actor? | Who is the youngest actor?
How do I turn left on red? | How do I turn right on red?
Why do tires lose air? | Why do tires gain air?
How do I start the server? | How do I stop the server?
Which dog is quiet? | Which dog is loud?
What comes before dessert? | What comes after dessert?
How do I put on a tie? | How do I take off a tie?
Where are arrivals? | Where are departures?
How do I hire a gardener? | How do I fire a gardener?
Is it cheaper to rent than to own? | Is it cheaper to own than to rent?
Should I warm up or cool down? | Should I cool up or warm down?
`,
};
