/** Browsers name others, too; the first that is found is the one. */
const BROWSERS: readonly (readonly [sign: RegExp, name: string])[] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
]

const SYSTEMS: readonly (readonly [sign: RegExp, name: string])[] = [
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/** A user agent as people say it: `Chrome on Linux`. Programs name themselves and stay as they are. */
export function clientName(agent: string): string {
  const find = (of: typeof BROWSERS) => of.find(([sign]) => sign.test(agent))?.[1]
  const browser = agent.startsWith('Mozilla/') ? find(BROWSERS) : undefined
  const system = find(SYSTEMS)
  if (browser === undefined) return agent
  return system === undefined ? browser : `${browser} on ${system}`
}
