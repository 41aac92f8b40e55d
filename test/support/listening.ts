import { Client as LagoClient } from 'lago-javascript-client'
import { type Client, type Harness, startHarness } from './harness.ts'

/** The API on a port of its own, for clients that speak HTTP. */
export type Listening = {
  readonly harness: Harness
  /** Where the API begins: `http://127.0.0.1:PORT/api/v1`. */
  readonly url: string
  /** A new sandbox organization, and Lago's official client with its key. */
  readonly organization: () => Promise<Client & { readonly lago: ReturnType<typeof LagoClient> }>
}

/** Starts it; `harness.close` ends it. */
export async function startListening(): Promise<Listening> {
  const harness = await startHarness()
  const url = `${await harness.app.listen({ port: 0, host: '127.0.0.1' })}/api/v1`
  return {
    harness,
    url,
    organization: async () => {
      const client = await harness.organization()
      return { ...client, lago: LagoClient(client.apiKey, { baseUrl: url }) }
    },
  }
}
