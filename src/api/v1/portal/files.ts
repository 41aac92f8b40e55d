import type { FastifyInstance } from 'fastify'
import type { Context } from '../../../actions/context.ts'
import { notFound } from '../../../core/refusal.ts'
import { findPortalFile } from '../../../store/portal-files.ts'
import { portalFileSchemas } from '../../schemas/portal-files.ts'

type ByHash = { Params: { hash: string } }

const HASH = /^[0-9a-f]{64}$/

/**
 * The files that portals look like. Everybody may read them who knows their hash, which the pages tell before anybody
 * is known to them; what is at an address never changes.
 */
export function portalFilesRoutes(app: FastifyInstance, { database }: Context): void {
  app.get<ByHash>('/portal_files/:hash', { schema: portalFileSchemas.show }, async (request, reply) => {
    const { hash } = request.params
    const file = HASH.test(hash)
      ? await findPortalFile(database, hash, request.portalOrganizationId)
      : undefined
    if (!file) throw notFound('resource')
    void reply
      .type(file.contentType)
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('cross-origin-resource-policy', 'same-origin')
      .header('etag', `"${hash}"`)
    if (request.headers['if-none-match'] === `"${hash}"`) return reply.code(304).send()
    return reply.send(file.bytes)
  })
}
