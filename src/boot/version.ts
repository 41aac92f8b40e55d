import { readFileSync } from 'node:fs'

/** Weir's version; package.json stands two folders above this file both as source and as built. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version
