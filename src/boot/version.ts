import { readFileSync } from 'node:fs'

// It stands two folders above this file both as source and as built.
const description = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
  readonly repository?: { readonly url: string }
}

/** Weir's version. */
export const VERSION: string = description.version

/** Where the source is; empty as long as package.json names no repository. */
export const REPOSITORY_URL: string = description.repository?.url ?? ''
