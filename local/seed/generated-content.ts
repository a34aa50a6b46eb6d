/*
 * Names and talks of generated people. The order of the names decides which people `--users 5` creates, and the order of
 * the talks what they say. A repeated seed recognises messages by their position, so entries are only added at the end.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** 100 first names, of many places, in letters that a handle can have once they are in lower case. */
export const FIRST_NAMES = words(`
  Amina Mateo Yuki Olga Kwame Priya Lars Ines Tomas Leila Noah Mei Jonas Fatima Diego Hana Emil Zara Luca Nadia
  Arjun Freya Omar Clara Kenji Elif Samuel Lina Pavel Rosa Ibrahim Maja Andre Sofia Tariq Greta Hugo Anika Marco Selma
  Daniel Chiara Ravi Astrid Felix Nour Oscar Ingrid Yusuf Alma Peter Salma Victor Marta Karim Elena Simon Aiko Bruno Vera
  Anton Lucia Hassan Nina Oliver Thandi Jan Carmen Rashid Eva Martin Lakshmi Paul Irina David Amara Erik Julia Ahmed Sara
  Kofi Petra Milan Dalia Robert Laila George Miriam Ivan Teresa Ali Nora Adam Maria Leo Ruth Max Anna Tim Zoe`);

/** 100 last names, likewise. */
export const LAST_NAMES = words(`
  Okafor Silva Tanaka Novak Mensah Sharma Berg Costa Dvorak Haddad Martin Chen Weber Rahman Torres Sato Lindqvist Khan
  Rossi Petrov Patel Larsen Aziz Fischer Mori Yilmaz Cohen Jensen Orlov Garcia Diallo Kowalski Moreau Santos Malik Keller
  Laurent Iyer Ricci Begum Murphy Greco Nair Holm Braun Saleh Nilsson Dahl Demir Vega Walker Mansour Popescu Ortiz Farouk
  Ivanova Hughes Suzuki Conti Marek Smirnov Ramos Ali Horvat Clarke Dlamini Visser Mendez Amiri Wagner Evans Rao Dubois
  Volkov Price Balogun Strand Meyer Hussein Lopez Boateng Bauer Jovanovic Nasser Wilson Osman Bell Levi Sokolov Reyes
  Karimi Olsen Turner Pereira Stein Morris Cruz Lang Hill Fox`);

/** Details that differ from one talk to the next, so that the same talk is not always about the same thing. */
export const DETAILS: Readonly<Record<string, readonly string[]>> = {
  day: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  time: ['nine', 'half past ten', 'noon', 'two', 'four', 'half past five', 'seven'],
  place: ['the library', 'the station', 'my place', 'the corner café', 'the office', 'the park gate'],
  food: ['lentil soup', 'dumplings', 'pizza', 'jollof rice', 'noodles', 'a very large salad', 'pancakes'],
  thing: ['umbrella', 'charger', 'notebook', 'blue scarf', 'bicycle pump', 'drill', 'tent'],
};

/** Short talks between two people, who take turns. `{day}` and so on are details. */
export const TALKS: readonly (readonly string[])[] = [
  [
    'Are you free on {day}?',
    'After {time}, yes. What do you have in mind?',
    'A walk, and then {food}.',
    'You had me at {food}. Where do we meet?',
    'At {place}?',
    'Perfect. See you there 👋',
  ],
  [
    'Did I leave my {thing} at {place}?',
    'There is one here. Does it have your initials on it?',
    'It does! I have been looking for it since {day}.',
    'I will bring it along tomorrow.',
    'You are a lifesaver. I owe you {food}.',
    'I will hold you to that 😄',
  ],
  [
    'The build is green again 🟢',
    'Finally. What was it?',
    'A test that only fails on {day}s.',
    'You are joking.',
    'I wish. It compared dates as text.',
    'Then it has been wrong since the beginning. Well found.',
    'I had {food} to celebrate.',
  ],
  [
    'How was the move?',
    'Done! Everything is in boxes, and I cannot find my {thing}.',
    'It is in the last box. It is always in the last box.',
    'That is what I am afraid of. There are thirty-one.',
    'I can come and help on {day}, around {time}.',
    'That would be wonderful. There will be {food}.',
  ],
  [
    'Have you read the draft?',
    'Last night. The second half is very good.',
    'And the first half?',
    'The first half could be one page.',
    'Fair. Can we go through it at {time}?',
    'Yes, at {place}. I will bring my notes.',
    'Bring a red pen, too.',
  ],
  [
    'My train is late. Forty minutes, they say.',
    'No hurry. I am at {place} with a book.',
    'Which one?',
    'The one you lent me in spring. I am on page 12.',
    'At least you started! We are moving again, by the way.',
    'Good. I will order {food} for you.',
  ],
  [
    'Can I borrow your {thing} this week?',
    'Sure. Pick it up any evening after {time}.',
    'Would {day} be all right?',
    '{day} is perfect. The key is with the neighbours if I am out.',
    'Thank you! It will come back in one piece.',
    'That is what you said last time 😉',
  ],
  [
    'Happy birthday! 🎉',
    'You remembered! Thank you.',
    'How are you going to celebrate?',
    'With {food} at {place}, on {day}. You are coming, of course.',
    'Of course. Shall I bring anything?',
    'Only an appetite.',
  ],
  [
    'It is raining right through the kitchen roof.',
    'Oh no. Do you need a bucket, or a carpenter?',
    'Both. The carpenter comes on {day}.',
    'I have two buckets and a free evening.',
    'Then come by. There is {food}, and we will listen to the drops.',
    'On my way.',
  ],
  [
    'What was that song called, the one from {place}?',
    'Hum it for me.',
    'In a message?',
    'Da da dum, da dum?',
    'That is exactly it!',
    'I have no idea what it is called either.',
    'We will ask again on {day}.',
  ],
];
