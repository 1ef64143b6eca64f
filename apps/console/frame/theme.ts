import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** The one accent: shade 7 on white and 4 on the dark page both pass 4.5:1. */
const teal: MantineColorsTuple = [
  '#e6f6f4',
  '#c9ebe7',
  '#9fdad4',
  '#6fc7bf',
  '#4fbab1',
  '#279d94',
  '#12786f',
  '#0c6b64',
  '#0a5852',
  '#07433f',
];

/** Greys with a slight warmth. */
const gray: MantineColorsTuple = [
  '#f8f7f5',
  '#f1f0ed',
  '#e6e4e0',
  '#d9d6d1',
  '#c2beb8',
  '#8a867f',
  '#66625c',
  '#524f4a',
  '#37342f',
  '#211f1c',
];
const dark: MantineColorsTuple = [
  '#e6e3de',
  '#cdc9c2',
  '#aeaaa2',
  '#8f8b83',
  '#4d4a45',
  '#3a3733',
  '#2a2825',
  '#1c1b19',
  '#161513',
  '#100f0e',
];

const red: MantineColorsTuple = [
  '#fdeeec',
  '#f8d7d3',
  '#f0aea7',
  '#f29a92',
  '#f0857c',
  '#d9483c',
  '#b93227',
  '#a62b21',
  '#8a231b',
  '#6b1b15',
];

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 6 },
  colors: { teal, gray, dark, red },
  black: '#211f1c',
  fontFamily: FONT,
  headings: {
    fontFamily: FONT,
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.3' },
      h2: { fontSize: '1.125rem', lineHeight: '1.4' },
      h3: { fontSize: '1rem', lineHeight: '1.5' },
    },
  },
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '0.9375rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { xs: '1.5', sm: '1.55', md: '1.6', lg: '1.6', xl: '1.6' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
});

/** Colours that carry text: each passes 4.5:1 on its page, in both schemes. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#66625c',
    '--mantine-color-placeholder': '#66625c',
    '--mantine-color-error': '#a62b21',
    '--page': '#ffffff',
    '--page-aside': '#f8f7f5',
    '--hairline': '#e2dfda',
    '--edge': '#8a867f',
    '--tone-good': '#0b6355',
    '--tone-waiting': '#8a5300',
    '--tone-bad': '#a62b21',
    '--tone-quiet': '#66625c',
    '--tone-good-ground': '#e8f4f1',
    '--tone-waiting-ground': '#fbf2e2',
    '--tone-bad-ground': '#fcedeb',
  },
  dark: {
    '--mantine-color-dimmed': '#aeaaa2',
    '--mantine-color-placeholder': '#aeaaa2',
    '--mantine-color-error': '#f29a92',
    '--page': '#1c1b19',
    '--page-aside': '#171614',
    '--hairline': '#34322e',
    '--edge': '#7d7972',
    '--tone-good': '#6fc7bf',
    '--tone-waiting': '#e0b060',
    '--tone-bad': '#f29a92',
    '--tone-quiet': '#aeaaa2',
    '--tone-good-ground': '#1b2b29',
    '--tone-waiting-ground': '#2e2718',
    '--tone-bad-ground': '#33201e',
  },
});
