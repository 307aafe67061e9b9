/**
 * The look in one file: asphalt, chalk and road signs. Ant Design's theme and the CSS variables of
 * our own parts are both made from here; tokens.test.ts holds every text pair to AA contrast.
 */
export type Scheme = 'light' | 'dark';

export type Palette = {
  canvas: string;
  surface: string;
  raised: string;
  sunken: string;
  ink: string;
  inkSoft: string;
  inkFaint: string;
  line: string;
  lineStrong: string;
  brand: string;
  brandHover: string;
  brandActive: string;
  brandSoft: string;
  onBrand: string;
  link: string;
  danger: string;
  dangerSoft: string;
  onDanger: string;
  warning: string;
  warningSoft: string;
  success: string;
  successSoft: string;
  info: string;
  infoSoft: string;
  nav: string;
  navHover: string;
  navActive: string;
  navInk: string;
  navInkStrong: string;
  navLine: string;
  tooltip: string;
  onTooltip: string;
  focus: string;
};

export const palettes: Record<Scheme, Palette> = {
  light: {
    canvas: '#f2f4f1',
    surface: '#ffffff',
    raised: '#ffffff',
    sunken: '#e8ebe7',
    ink: '#16211f',
    inkSoft: '#45534f',
    inkFaint: '#5d6b67',
    line: '#d8deda',
    lineStrong: '#8a9893',
    brand: '#0b6069',
    brandHover: '#0f7580',
    brandActive: '#084a52',
    brandSoft: '#dceef0',
    onBrand: '#ffffff',
    link: '#0b6069',
    danger: '#b3261e',
    dangerSoft: '#fbe9e7',
    onDanger: '#ffffff',
    warning: '#855300',
    warningSoft: '#fdf0d5',
    success: '#1d6b3c',
    successSoft: '#e0f2e6',
    info: '#1b5a9c',
    infoSoft: '#e3eefa',
    nav: '#18221f',
    navHover: '#24312d',
    navActive: '#2c3b37',
    navInk: '#c3cfca',
    navInkStrong: '#ffffff',
    navLine: '#33423e',
    tooltip: '#16211f',
    onTooltip: '#ffffff',
    focus: '#0b6069',
  },
  dark: {
    canvas: '#0f1615',
    surface: '#172120',
    raised: '#1f2b29',
    sunken: '#0b1110',
    ink: '#e8eeec',
    inkSoft: '#b7c4c0',
    inkFaint: '#9caba6',
    line: '#2b3937',
    lineStrong: '#64756f',
    brand: '#5cc6cf',
    brandHover: '#7ed6dd',
    brandActive: '#45b1bb',
    brandSoft: '#12373b',
    onBrand: '#062123',
    link: '#74d2da',
    danger: '#ff8f85',
    dangerSoft: '#3b1a18',
    onDanger: '#2a0705',
    warning: '#f0b64a',
    warningSoft: '#372a10',
    success: '#6fcf93',
    successSoft: '#12301e',
    info: '#86b9f2',
    infoSoft: '#14293f',
    nav: '#0a100f',
    navHover: '#17211f',
    navActive: '#202d2a',
    navInk: '#b3c0bb',
    navInkStrong: '#ffffff',
    navLine: '#24302d',
    tooltip: '#e3ebe8',
    onTooltip: '#16211f',
    focus: '#5cc6cf',
  },
};

/** Road works: the bar shown while acting for another tenant. The same in both schemes. */
export const actingColours = { stripe: '#1a1a1a', sign: '#f7c52d', onSign: '#1a1400' };

type SpaceState = 'free' | 'occupied' | 'reserved' | 'maintenance' | 'unknown';

/**
 * A bay's state as colour and shape, so that it reads without colour; the letter is translated
 * (i18n key). Colours keep apart under protanopia, deuteranopia and tritanopia.
 */
export const spaceStates: Record<
  SpaceState,
  { light: string; dark: string; shape: 'circle' | 'square' | 'diamond' | 'triangle' | 'hatch' }
> = {
  free: { light: '#00734f', dark: '#35c492', shape: 'circle' },
  occupied: { light: '#b8400a', dark: '#f58a52', shape: 'square' },
  reserved: { light: '#0a5ca8', dark: '#6cb4f5', shape: 'diamond' },
  maintenance: { light: '#7a5c00', dark: '#e8c848', shape: 'triangle' },
  unknown: { light: '#59656b', dark: '#a3b0b6', shape: 'hatch' },
};

/** One hue per tenant, by its id, so that two tenants never look alike side by side. */
export const tenantColours = [
  '#0b6069',
  '#7a3e9d',
  '#a2421a',
  '#1b5a9c',
  '#4f6414',
  '#a12a5e',
  '#5b4b9a',
  '#7a5a00',
];

export function tenantColour(tenantId: string): string {
  let sum = 0;
  for (const character of tenantId) sum = (sum * 31 + character.charCodeAt(0)) >>> 0;
  return tenantColours[sum % tenantColours.length] ?? '#0b6069';
}

export const fonts = {
  text: "'Overpass Variable', system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
  code: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'Roboto Mono', 'DejaVu Sans Mono', monospace",
};

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Everything our own style sheets may use, by CSS variable name. */
export function cssVariables(scheme: Scheme): Record<string, string> {
  const variables: Record<string, string> = {
    '--font-text': fonts.text,
    '--font-code': fonts.code,
    '--acting-sign': actingColours.sign,
    '--acting-stripe': actingColours.stripe,
    '--acting-on-sign': actingColours.onSign,
  };
  for (const [name, value] of Object.entries(palettes[scheme])) {
    variables[`--${kebab(name)}`] = value;
  }
  for (const [state, mark] of Object.entries(spaceStates)) {
    variables[`--state-${state}`] = mark[scheme];
  }
  return variables;
}
