import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { changeCreditNoteMetadata } from '../../actions/credit-notes/update-credit-note.ts'
import { mergeMetadata, readMetadata } from '../../core/input/metadata.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { isObject } from '../params.ts'
import { creditNoteSchemas } from '../schemas/credit-notes.ts'

type ById = { Params: { id: string } }
type ByKey = { Params: { id: string; key: string } }

const CONFIG = { config: { resource: 'credit_note' } } as const
const PATH = '/credit_notes/:id/metadata'

/** Arbitrary metadata on a credit note: POST replaces, PATCH merges. */
export function creditNoteMetadataRoutes(app: FastifyInstance, context: Context): void {
  app.post<ById>(PATH, { ...CONFIG, schema: creditNoteSchemas.replaceMetadata }, async (request) => {
    const metadata = accepted(readMetadata(given(request.body)))
    return {
      metadata: await changeCreditNoteMetadata(context, request.caller, request.params.id, () => metadata),
    }
  })
  app.patch<ById>(PATH, { ...CONFIG, schema: creditNoteSchemas.mergeMetadata }, async (request) => ({
    metadata: await changeCreditNoteMetadata(context, request.caller, request.params.id, (stored) =>
      accepted(mergeMetadata(stored, given(request.body))),
    ),
  }))
  app.delete<ById>(PATH, { ...CONFIG, schema: creditNoteSchemas.removeMetadata }, async (request) => ({
    metadata: await changeCreditNoteMetadata(context, request.caller, request.params.id, () => null),
  }))
  app.delete<ByKey>(
    `${PATH}/:key`,
    { ...CONFIG, schema: creditNoteSchemas.removeMetadataKey },
    async (request) => ({
      metadata: await changeCreditNoteMetadata(context, request.caller, request.params.id, (stored) => {
        if (stored === null) throw notFound('metadata')
        return Object.fromEntries(Object.entries(stored).filter(([key]) => key !== request.params.key))
      }),
    }),
  )
}

function given(body: unknown): unknown {
  return isObject(body) ? body.metadata : undefined
}
