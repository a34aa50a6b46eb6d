import type { SeedPerson, SeedUses } from './plan.ts';

/** Lines that were written in one go. */
export interface Sitting {
  /** When the first line was written: a time of day some days ago, or some minutes ago. */
  readonly began:
    { readonly daysAgo: number; readonly at: `${number}:${number}` } | { readonly minutesAgo: number };
  /** The sender, the text, and what others did with it. */
  readonly lines: readonly (readonly [from: string, text: string, uses?: SeedUses])[];
}

/** One conversation of the default plan. */
export interface Script {
  /** Name of a group. */
  readonly name?: string;
  readonly isPublic?: boolean;
  readonly between: readonly [string, string, ...string[]];
  readonly unreadBy?: readonly string[];
  readonly sittings: readonly Sitting[];
}

/** Users to sign in as. No user has a conversation with isaac. */
export const PEOPLE: readonly SeedPerson[] = [
  { handle: 'ada', display_name: 'Ada Lovelace' },
  { handle: 'grace', display_name: 'Grace Hopper' },
  { handle: 'alan', display_name: 'Alan Turing' },
  { handle: 'katherine', display_name: 'Katherine Johnson' },
  { handle: 'hedy', display_name: 'Hedy Lamarr' },
  { handle: 'al-khwarizmi', display_name: 'محمد الخوارزمي' },
  { handle: 'seki', display_name: '関 孝和' },
  { handle: 'aryabhata', display_name: 'आर्यभट' },
  { handle: 'isaac', display_name: 'Isaac Newton' },
];

const LONG_LETTER =
  'I owe you a proper account of the weekend, so here it is in one piece. We left before sunrise because the ferry ' +
  'does not wait, and of course it waited, forty minutes, for a man with nine boxes of bees. The bees travelled on ' +
  'deck. By the time we passed the lighthouse everybody aboard knew their names, since he introduced each box as if ' +
  'it were a cousin. On the island the path was washed out, so we walked along the shore with our shoes in our hands ' +
  'and the instruments on our heads, like a very slow and very learned procession. The sky cleared at nine. We got ' +
  'forty-one readings before the cloud came back, which is thirty more than last year, and the two that looked wrong ' +
  'turned out to be my watch. I have since apologised to the telescope. The bees, I am told, have settled in well.';

/** Long work over several evenings: a conversation of several pages. */
function proofreading(firstTable: number, tables: number): Sitting['lines'] {
  return Array.from({ length: tables }, (_, place) => {
    const table = firstTable + place;
    const sum = ((table * 7_919) % 9_000) + 1_000;
    const wrong = table % 6 === 0;
    return [
      ['ada', `Table ${table}: the columns add up to ${sum.toLocaleString('en')}.`],
      ['grace', wrong ? `I get ${(sum + 9).toLocaleString('en')}. A carry, I think?` : 'Same here. ✔'],
      ...(wrong ? ([['ada', 'A carry, yes. Corrected, thank you.']] as const) : []),
    ] as const;
  }).flat();
}

export const SCRIPTS: readonly Script[] = [
  {
    between: ['ada', 'grace'],
    unreadBy: ['ada'],
    sittings: [
      {
        began: { daysAgo: 371, at: '17:40' },
        lines: [
          ['ada', 'The printer has sent the first tables. There are sixty of them, and I trust none.'],
          ['grace', 'Then we read them to each other, one by one, until we do.'],
          ['ada', 'You make it sound like a bedtime story.'],
          ['grace', 'A long one. I bring the tea. 🫖'],
        ],
      },
      { began: { daysAgo: 8, at: '18:00' }, lines: proofreading(1, 24) },
      { began: { daysAgo: 7, at: '18:30' }, lines: proofreading(25, 24) },
      { began: { daysAgo: 1, at: '19:10' }, lines: proofreading(49, 12) },
      {
        began: { minutesAgo: 50 },
        lines: [
          ['ada', 'That was the last one. Sixty tables, ten mistakes, none of them ours.'],
          ['grace', 'I found something in the press this morning, by the way.'],
          ['grace', 'A moth. Between the rollers. I have taped it into the notebook. 🦋'],
          ['grace', 'First actual case, I believe.'],
        ],
      },
    ],
  },
  {
    between: ['ada', 'alan'],
    unreadBy: ['alan'],
    sittings: [
      {
        began: { daysAgo: 30, at: '09:15' },
        lines: [
          [
            'alan',
            'A question for breakfast: can one decide, of any letter, whether it will ever be answered?',
          ],
          ['ada', 'Only by waiting.'],
          ['alan', 'That is exactly what worries me.'],
        ],
      },
      {
        began: { daysAgo: 1, at: '12:05' },
        lines: [
          ['ada', LONG_LETTER],
          ['alan', 'Nine boxes! And no answer yet to my question of last month.'],
          ['ada', 'Keep waiting. 😄'],
        ],
      },
    ],
  },
  {
    between: ['katherine', 'ada'],
    sittings: [
      {
        began: { daysAgo: 6, at: '08:20' },
        lines: [
          [
            'katherine',
            'Would you check an orbit by hand? The machine says 3.7 and I would like a second opinion.',
          ],
          ['ada', 'Send me the figures:\n\n  1. altitude\n  2. speed\n  3. how sure you are already'],
          ['katherine', 'Very sure. But they go up only when two of us are.'],
          ['ada', '3.7, on paper, twice. Let them go. 🚀'],
        ],
      },
    ],
  },
  {
    between: ['hedy', 'ada'],
    unreadBy: ['ada'],
    sittings: [
      {
        began: { minutesAgo: 25 },
        lines: [
          [
            'hedy',
            'Piano tonight? I want to try the idea with the two rolls: same holes, same tempo, 88 channels.',
          ],
          ['hedy', 'If both hop at the same moment, nobody else can follow the tune. 🎹📡'],
        ],
      },
    ],
  },
  {
    between: ['al-khwarizmi', 'ada'],
    sittings: [
      {
        began: { daysAgo: 2, at: '16:45' },
        lines: [
          ['al-khwarizmi', 'السلام عليكم يا آدا، هل وصلك الكتاب؟'],
          ['ada', 'It came this morning. I am at the chapter on completing the square.'],
          ['al-khwarizmi', 'ممتاز! ابدئي بالمثال: مربع وعشرة أجذار تساوي 39.'],
          ['ada', '3 — and the drawing makes it obvious. شكرا 🙏'],
        ],
      },
    ],
  },
  {
    between: ['seki', 'ada'],
    sittings: [
      {
        began: { daysAgo: 3, at: '07:30' },
        lines: [
          ['seki', 'おはようございます。そろばんの練習は進んでいますか。'],
          ['ada', 'Every morning. My thumb has opinions of its own.'],
          ['seki', '親指は忘れてください。玉の音を聞くのです。'],
          ['ada', 'ありがとう！ Tomorrow with the eyes closed, then.'],
        ],
      },
    ],
  },
  {
    between: ['aryabhata', 'ada'],
    unreadBy: ['ada'],
    sittings: [
      {
        began: { daysAgo: 1, at: '06:10' },
        lines: [
          ['aryabhata', 'नमस्ते अदा! कल रात का ग्रहण देखा?'],
          ['ada', 'All of it, from the roof. To the minute, as you said.'],
          ['aryabhata', 'छाया है, कोई राक्षस नहीं। 🌒🌑🌘'],
        ],
      },
    ],
  },
  {
    between: ['grace', 'alan'],
    sittings: [
      {
        began: { daysAgo: 400, at: '21:00' },
        lines: [
          ['grace', 'I keep a piece of wire on my desk now: as long as light travels in a nanosecond.'],
          ['alan', 'How long is it?'],
          ['grace', '30 centimetres, nearly. People stop asking me why satellites take so long.'],
        ],
      },
      {
        began: { daysAgo: 9, at: '10:00' },
        lines: [
          ['alan', 'Your clock runs backwards. I like it.'],
          ['grace', 'It keeps the right time. One only has to look twice, which is the point. 🕰️'],
        ],
      },
    ],
  },
  {
    between: ['katherine', 'grace'],
    unreadBy: ['grace'],
    sittings: [
      {
        began: { daysAgo: 1, at: '15:20' },
        lines: [
          ['katherine', 'They asked for the landing point again. I gave them the same square metre again.'],
          ['katherine', 'This time they wrote it down. 📝'],
        ],
      },
    ],
  },
  {
    between: ['seki', 'aryabhata'],
    sittings: [
      {
        began: { daysAgo: 12, at: '11:11' },
        lines: [
          ['aryabhata', 'π ≈ 3.1416 — आप का क्या मान है?'],
          ['seki', '3.14159265359 です。少し時間がかかりました。🥧'],
        ],
      },
    ],
  },
  {
    name: 'Analytical Engines',
    between: ['ada', 'grace', 'alan', 'katherine'],
    unreadBy: ['ada', 'katherine'],
    sittings: [
      {
        began: { daysAgo: 6, at: '09:15' },
        lines: [
          ['ada', 'Welcome, all. This is for whatever has wheels, relays or valves in it.'],
          ['grace', 'And moths.'],
          ['katherine', 'Does a person with a pencil count? We were called computers first.'],
          ['alan', 'By definition.'],
          ['ada', 'Then the engine has been running since before breakfast. ☕'],
        ],
      },
      {
        began: { minutesAgo: 75 },
        lines: [
          ['katherine', 'Who left the mill turning overnight?'],
          ['alan', 'Nobody can tell whether it will stop. I have a proof.'],
          ['grace', 'I have a hand brake.', { reactions: { '😂': ['ada', 'katherine'], '👍': ['alan'] } }],
          ['katherine', 'Then bring it, @grace. @ada has the key of the mill.'],
          ['grace', 'On my way.', { repliesBack: 1, reactions: { '🎉': ['katherine'] } }],
          ['ada', 'House rule, @all: who leaves last stops the mill.', { pinnedBy: 'ada' }],
          ['alan', 'If it stops.'],
        ],
      },
    ],
  },
  {
    name: 'Tea at four 🫖',
    isPublic: true,
    between: ['hedy', 'alan', 'ada', 'seki'],
    sittings: [
      {
        began: { daysAgo: 2, at: '15:40' },
        lines: [
          ['hedy', 'The kettle hops between 88 cups. Bring your own.'],
          ['seki', '四時に伺います。🍵'],
          ['ada', 'I will bring the punch cards. For the sandwiches.'],
        ],
      },
    ],
  },
];
