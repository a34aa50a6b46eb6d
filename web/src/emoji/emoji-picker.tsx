import { type EmojiData, EmojiPicker as Picker, type EmojiPickerListComponents } from 'frimousse';
import { Popover } from '../ui/popover.tsx';
import type { OpenPlace } from '../ui/open-place.ts';

/** What this browser knows as an emoji: of later ones it shows the parts, or nothing. */
const KNOWN = /^\p{RGI_Emoji}$/v;

/** Frimousse counts rows and columns from 0, but ARIA from 1. */
const counted = (index: number | undefined): number => (index ?? 0) + 1;

/** The parts of the list. They are outside of the component, so that they are not replaced when it is rendered. */
const COMPONENTS: Partial<EmojiPickerListComponents> = {
  Row: (props) => <div {...props} aria-rowindex={counted(props['aria-rowindex'])} />,
  Emoji: ({ emoji, ...props }) => (
    <button type="button" {...props} aria-colindex={counted(props['aria-colindex'])}>
      {emoji.emoji}
    </button>
  ),
};

/** Chooses one of all emoji, which are part of the build: nothing is fetched from elsewhere. */
export default function EmojiPicker(props: {
  readonly label: string;
  readonly place: OpenPlace;
  readonly finalFocus: () => HTMLElement | null;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}) {
  const { label, place, finalFocus, onPick, onClose } = props;
  return (
    <Popover className="emoji-popover" label={label} place={place} finalFocus={finalFocus} onClose={onClose}>
      <Picker.Root
        className="emoji-picker"
        columns={8}
        resolveEmojiData={resolveEmojiData}
        onEmojiSelect={({ emoji }) => {
          onPick(emoji);
          onClose();
        }}
      >
        <div className="emoji-head">
          <Picker.Search className="emoji-search" aria-label="Search emoji" placeholder="Search" autoFocus />
          <Picker.SkinToneSelector className="icon-button emoji-tone" title="Skin tone" />
        </div>
        <Picker.Viewport className="emoji-viewport">
          <Picker.Loading className="emoji-note quiet">Loading…</Picker.Loading>
          <Picker.Empty className="emoji-note quiet">No emoji found</Picker.Empty>
          <Picker.List className="emoji-list" components={COMPONENTS} />
        </Picker.Viewport>
        <p className="emoji-foot quiet">
          <Picker.ActiveEmoji>
            {({ emoji }) => (emoji ? `${emoji.emoji} ${emoji.label}` : 'Select an emoji')}
          </Picker.ActiveEmoji>
        </p>
      </Picker.Root>
    </Popover>
  );
}

async function resolveEmojiData(): Promise<EmojiData> {
  const { default: list } = await import('virtual:emoji-list');
  const categories = list.categories.map((category) => ({ ...category }));
  return {
    locale: 'en',
    categories,
    skinTones: {
      light: 'light skin tone',
      'medium-light': 'medium-light skin tone',
      medium: 'medium skin tone',
      'medium-dark': 'medium-dark skin tone',
      dark: 'dark skin tone',
    },
    emojis: list.emoji
      .filter(({ emoji }) => KNOWN.test(emoji))
      .map(({ emoji, label, category, tags, shortcodes, skins }) => ({
        emoji,
        label,
        category,
        version: 0,
        tags: [...tags, ...shortcodes],
        skins: skins && skinsOf(skins),
      })),
  };
}

function skinsOf(skins: readonly string[]): EmojiData['emojis'][number]['skins'] {
  const [light, mediumLight, medium, mediumDark, dark] = skins;
  if (!light || !mediumLight || !medium || !mediumDark || !dark) return undefined;
  return { light, 'medium-light': mediumLight, medium, 'medium-dark': mediumDark, dark };
}
