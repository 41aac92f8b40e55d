import { readFileSync } from 'node:fs'

// It is two folders above this file, both in source and in the build.
const description = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
  readonly repository?: { readonly url: string }
}

/** Weir's version. */
export const VERSION: string = description.version

/** The source repository; empty while package.json does not have one. */
export const REPOSITORY_URL: string = description.repository?.url ?? ''
