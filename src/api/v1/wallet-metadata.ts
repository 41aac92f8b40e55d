import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { changeWalletMetadata } from '../../actions/wallets/change-wallet-metadata.ts'
import { type Metadata, mergeMetadata, readMetadata } from '../../core/input/metadata.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { isObject } from '../params.ts'
import { MetadataAnswer, MetadataInput } from '../schemas/plans.ts'
import { type OfWallet, WALLET_PATHS, walletOfPath } from '../wallet-paths.ts'

type Change = (stored: Metadata | null) => Metadata | null

const config = { resource: 'wallet' } as const
const tags = ['wallets']
const response = { 200: MetadataAnswer }

/** Arbitrary metadata on a wallet: POST replaces, PATCH merges. */
export function walletMetadataRoutes(app: FastifyInstance, context: Context): void {
  for (const { path, params } of WALLET_PATHS) metadataRoutes(app, context, `${path}/metadata`, params)
}

function metadataRoutes(
  app: FastifyInstance,
  context: Context,
  url: string,
  named: (typeof WALLET_PATHS)[number]['params'],
): void {
  const params = Type.Object({ ...named })
  const change = async (request: FastifyRequest<OfWallet>, by: Change) => {
    const wanted = await context.database.read(request.caller, (reads) => walletOfPath(reads, request))
    return { metadata: await changeWalletMetadata(context, request.caller, wanted, by) }
  }
  app.route<OfWallet>({
    method: 'POST',
    url,
    config,
    schema: { tags, summary: 'Replace the metadata', params, body: MetadataInput, response },
    handler: async (request) => {
      const metadata = accepted(readMetadata(given(request.body)))
      return change(request, () => metadata)
    },
  })
  app.route<OfWallet>({
    method: 'PATCH',
    url,
    config,
    schema: { tags, summary: 'Merge into the metadata', params, body: MetadataInput, response },
    handler: async (request) => {
      const raw = given(request.body)
      return change(request, (stored) => accepted(mergeMetadata(stored, raw)))
    },
  })
  app.route<OfWallet>({
    method: 'DELETE',
    url,
    config,
    schema: { tags, summary: 'Remove the metadata', params, response },
    handler: async (request) => change(request, () => null),
  })
  app.route<OfWallet>({
    method: 'DELETE',
    url: `${url}/:key`,
    config,
    schema: {
      tags,
      summary: 'Remove one key of the metadata',
      params: Type.Object({ ...named, key: Type.String() }),
      response,
    },
    handler: async (request) => {
      const { key } = request.params
      return change(request, (stored) => {
        if (stored === null) throw notFound('metadata')
        return Object.fromEntries(Object.entries(stored).filter(([each]) => each !== key))
      })
    },
  })
}

function given(body: unknown): unknown {
  return isObject(body) ? body.metadata : undefined
}
