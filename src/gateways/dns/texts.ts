import { Resolver } from 'node:dns/promises'

/** The texts of a name, and why there is no answer; null when there is one, also that there are none. */
export type TextsAnswer = { readonly texts: readonly string[]; readonly problem: string | null }

/** Nobody waits longer for a name server while a page saves. */
const TIMEOUT_MS = 2000
const TRIES = 2
/** The server has answered that there is nothing. */
const NOTHING = ['ENODATA', 'ENOTFOUND']

/** Reads the TXT records of a name from some name servers, or from those of the system. Never throws. */
export async function lookUpTexts(name: string, servers: readonly string[]): Promise<TextsAnswer> {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
  try {
    if (servers.length > 0) resolver.setServers(servers)
    const records = await resolver.resolveTxt(name)
    return { texts: records.map((parts) => parts.join('')), problem: null }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return { texts: [], problem: NOTHING.includes(code) ? null : code }
  }
}
