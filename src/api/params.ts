import type { FastifyInstance } from 'fastify'
import { ExactNumber } from '../core/input/exact-number.ts'
import type { Input } from '../core/input/fields.ts'
import { tidyId } from '../core/input/ids.ts'
import { missingRoot } from './errors.ts'

export function isObject(value: unknown): value is Input {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  )
}

/** The object under a body's root key; 400 when it is missing, empty or not an object. */
export function rootOf(body: unknown, root: string): Input {
  const value = isObject(body) ? body[root] : undefined
  if (!isObject(value) || Object.keys(value).length === 0) throw missingRoot(root)
  return value
}

/** A body without a root key; an empty object for anything that is no object, so that its fields are missing. */
export function bodyOf(body: unknown): Input {
  return isObject(body) ? body : {}
}

/** Trims every id and code in a path, since they are stored trimmed. Metadata keys are not ids. */
export function tidyPathIds(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const params = request.params as Record<string, string>
    for (const [name, value] of Object.entries(params)) if (name !== 'key') params[name] = tidyId(value)
    done()
  })
}
