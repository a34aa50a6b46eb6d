import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { BLENDS, HUES } from '../../web/src/ui/initials.ts';

/** What WCAG 2 AA requires of text of a usual size. */
const ENOUGH = 4.5;
const THEMES = ['light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const tokens = styles('ui/tokens');
const faces = styles('ui/avatar');
const bubbles = styles('conversation/bubble');

/** Each colour of a text, and what it is written on. */
const PAIRS = [
  ['ink', ['paper', 'surface', 'raised', 'hover', 'chosen']],
  ['quiet', ['paper', 'surface', 'raised', 'hover', 'chosen']],
  ['accent', ['paper', 'surface', 'raised', 'chosen']],
  ['danger', ['paper', 'surface', 'raised']],
  ['on-accent', ['accent']],
  ['own-ink', ['own', 'own-waiting']],
] as const;

describe('Texts have enough contrast', () => {
  it.each(THEMES)('in each colour of the %s theme', (theme) => {
    const low = PAIRS.flatMap(([text, grounds]) =>
      grounds.map((ground) => [text, ground, contrast(token(text, theme), token(ground, theme))] as const),
    ).filter(([, , ratio]) => ratio < ENOUGH);
    expect(low).toEqual([]);
  });

  it('on each face, at both ends of its blend', () => {
    const ratios = HUES_OF_FACES.flatMap(({ hue, light }) =>
      blends().flatMap((turn) => {
        const letters = `oklch(${first(faces, /^ {2}color: oklch\(([\d. ]+) var/m)} ${hue})`;
        const ends = [`oklch(${light} 0.09 ${hue})`, `oklch(${light - 0.08} 0.12 ${hue + turn})`];
        return ends.map((ground) => contrast(letters, ground));
      }),
    );
    expect(ratios).toHaveLength(HUES * BLENDS * 2);
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(ENOUGH);
  });

  it.each(THEMES)('in a name of each hue, in the %s theme', (theme) => {
    const written = nameColour(theme);
    const ratios = HUES_OF_FACES.flatMap(({ hue }) =>
      (['paper', 'raised'] as const).map((ground) =>
        contrast(`oklch(${written} ${hue})`, token(ground, theme)),
      ),
    );
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(ENOUGH);
  });
});

const HUES_OF_FACES = [...faces.matchAll(/^\.hue-\d+ \{\s*--hue: ([\d.]+);(?:\s*--light: ([\d.]+);)?/gm)].map(
  ([, hue, light]) => ({ hue: Number(hue), light: Number(light ?? usualLight()) }),
);

function styles(name: string): string {
  return readFileSync(new URL(`../../web/src/${name}.css`, import.meta.url), 'utf8');
}

function usualLight(): string {
  return first(faces, /^ {2}--light: ([\d.]+);/m);
}

/** Lightness and chroma of an author's name. */
function nameColour(theme: Theme): string {
  const rule = first(bubbles, /^\.bubble-author \{([^}]+)\}/m);
  return first(rule, theme === 'light' ? /light-dark\(oklch\(([\d. ]+) var/ : /, oklch\(([\d. ]+) var/);
}

function first(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`the style sheet has no ${pattern.source}`);
  return found;
}

function blends(): number[] {
  return [0, ...[...faces.matchAll(/--blend: (-?\d+);/g)].map(([, turn]) => Number(turn))];
}

function token(name: string, theme: Theme): string {
  const [, light, dark] = new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(tokens) ?? [];
  const found = theme === 'light' ? light : dark;
  if (found === undefined) throw new Error(`tokens.css has no colour ${name}`);
  return found;
}

/** The contrast of two colours by WCAG 2: each as `#rrggbb`, or as `oklch()` without units. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = colour.startsWith('#') ? linearOfHex(colour) : linearOfOklch(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linearOfHex(colour: string): number[] {
  return [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}

/** By CSS Color 4, clipped to the gamut of sRGB. */
function linearOfOklch(colour: string): number[] {
  const [light = 0, chroma = 0, hue = 0] = first(colour, /^oklch\((.*)\)$/)
    .split(' ')
    .map(Number);
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((value) => Math.min(1, Math.max(0, value)));
}
