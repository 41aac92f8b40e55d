import { isUtf8 } from 'node:buffer'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { JsonReader } from './json-reader.ts'
import { readPlainJson } from './plain-json.ts'

/** How much is parsed in one turn of the event loop: a few milliseconds of work. */
const SLICE_BYTES = 64 * 1024

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route keeps numbers as written: as an event property, `1.0` differs from `1`. */
    keepsDigits?: boolean
  }
}

/**
 * Parses JSON bodies losslessly (see `JsonReader` for the rules): a number that a double would round, or would print
 * differently on a route that keeps digits, becomes an `ExactNumber`. A large body is parsed in slices, so that other
 * requests are served in between.
 */
export function readBodies(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser(
    ['application/json', 'application/*+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      const bytes = body as Buffer
      const keepsDigits = request.routeOptions.config.keepsDigits === true
      if (bytes.length > SLICE_BYTES)
        readInSlices(bytes, keepsDigits).then((value) => done(null, value), done)
      else {
        try {
          done(null, readBody(bytes, keepsDigits))
        } catch (error) {
          done(error as Error)
        }
      }
    },
  )
}

/** Parses a body in one go; undefined if it is blank. */
export function readBody(bytes: Buffer, keepsDigits: boolean): unknown {
  const plain = bytes.length <= SLICE_BYTES && isUtf8(bytes) ? readPlainJson(bytes.toString()) : undefined
  if (plain) return plain.value
  const reader = new JsonReader(bytes, keepsDigits)
  reader.step(bytes.length)
  return reader.value
}

async function readInSlices(bytes: Buffer, keepsDigits: boolean): Promise<unknown> {
  const reader = new JsonReader(bytes, keepsDigits)
  while (!reader.step(SLICE_BYTES)) await nextTurn()
  return reader.value
}
