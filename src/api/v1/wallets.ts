import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Caller, Context } from '../../actions/context.ts'
import { createWallet } from '../../actions/wallets/create-wallet.ts'
import { terminateWallet } from '../../actions/wallets/terminate-wallet.ts'
import { updateWallet } from '../../actions/wallets/update-wallet.ts'
import { tidyId } from '../../core/input/ids.ts'
import { notFound } from '../../core/refusal.ts'
import { findCustomer } from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import { findWallet, listWallets, type WalletRow, walletViews } from '../../store/wallets.ts'
import { toWireWallet } from '../../wire/wallets.ts'
import { entityIdsOf } from '../billing-entity-filter.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { readQuery } from '../query.ts'
import {
  Wallet,
  WalletCreateInput,
  WalletOfCustomerCreateInput,
  Wallets,
  WalletsOfCustomerQuery,
  WalletsQuery,
  WalletUpdateInput,
} from '../schemas/wallets.ts'
import { type OfWallet, WALLET_PATHS, walletOfPath } from '../wallet-paths.ts'

type OfCustomer = { Params: { external_id: string } }

const config = { resource: 'wallet' } as const
const tags = ['wallets']
const response = { 200: Wallet }
const list = { 200: Wallets }
const ofCustomer = Type.Object({ external_id: Type.String() })

/** Wallets of customers, by id or by the code that they have with their customer (docs/rules/wallets.md). */
export function walletsRoutes(app: FastifyInstance, context: Context): void {
  collectionRoutes(app, context)
  customerRoutes(app, context)
  for (const each of WALLET_PATHS) oneWalletRoutes(app, context, each)
}

function collectionRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/wallets',
    { config, schema: { tags, summary: 'Create a wallet', body: WalletCreateInput, response } },
    async (request) => {
      const input = rootOf(request.body, 'wallet')
      const named = input.external_customer_id
      const externalId = typeof named === 'string' ? tidyId(named) : ''
      return { wallet: toWireWallet(await createWallet(context, request.caller, externalId, input)) }
    },
  )
  app.get(
    '/wallets',
    { config, schema: { tags, summary: 'List wallets', querystring: WalletsQuery, response: list } },
    async (request) =>
      answerList(
        context,
        request,
        readQuery(request.query, (q) => q.id('external_customer_id')),
      ),
  )
}

function customerRoutes(app: FastifyInstance, context: Context): void {
  app.post<OfCustomer>(
    '/customers/:external_id/wallets',
    {
      config,
      schema: {
        tags,
        summary: 'Create a wallet of a customer',
        params: ofCustomer,
        body: WalletOfCustomerCreateInput,
        response,
      },
    },
    async (request) => {
      const { external_id } = request.params
      const customer = await context.database.read(request.caller, (reads) =>
        findCustomer(reads, external_id),
      )
      if (!customer) throw notFound('customer')
      const input = rootOf(request.body, 'wallet')
      return { wallet: toWireWallet(await createWallet(context, request.caller, external_id, input)) }
    },
  )
  app.get<OfCustomer>(
    '/customers/:external_id/wallets',
    {
      config,
      schema: {
        tags,
        summary: 'List the wallets of a customer',
        params: ofCustomer,
        querystring: WalletsOfCustomerQuery,
        response: list,
      },
    },
    async (request) => answerList(context, request, request.params.external_id),
  )
}

function oneWalletRoutes(
  app: FastifyInstance,
  context: Context,
  { path: url, of, params: named }: (typeof WALLET_PATHS)[number],
): void {
  const { database } = context
  const params = Type.Object({ ...named })
  const resolve = (request: FastifyRequest<OfWallet>) =>
    database.read(request.caller, (reads) => walletOfPath(reads, request))
  app.get<OfWallet>(
    url,
    { config, schema: { tags, summary: `Retrieve a wallet${of}`, params, response } },
    async (request) =>
      database.read(request.caller, async (reads) => {
        const wallet = await findWallet(reads, await walletOfPath(reads, request))
        if (!wallet) throw notFound('wallet')
        const [shown] = await shownWallets(reads, request.caller, [wallet])
        return { wallet: shown }
      }),
  )
  app.route<OfWallet>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: { tags, summary: `Update a wallet${of}`, params, body: WalletUpdateInput, response },
    handler: async (request) => {
      const input = rootOf(request.body, 'wallet')
      const view = await updateWallet(context, request.caller, await resolve(request), input)
      return { wallet: toWireWallet(view) }
    },
  })
  app.delete<OfWallet>(
    url,
    { config, schema: { tags, summary: `Terminate a wallet${of}`, params, response } },
    async (request) => ({
      wallet: toWireWallet(await terminateWallet(context, request.caller, await resolve(request))),
    }),
  )
}

async function shownWallets(
  reads: Reads,
  caller: Caller,
  wallets: readonly WalletRow[],
): Promise<readonly object[]> {
  return (await walletViews(reads, wallets, caller.now)).map(toWireWallet)
}

async function answerList(
  { database }: Context,
  request: FastifyRequest,
  externalCustomerId: string | undefined,
): Promise<object> {
  const page = pageOf(request.query)
  const { currency, codes } = readQuery(request.query, (query) => ({
    currency: query.text('currency'),
    codes: query.ids('billing_entity_codes'),
  }))
  return database.read(request.caller, async (reads) => {
    const customer = externalCustomerId === undefined ? null : await findCustomer(reads, externalCustomerId)
    if (customer === undefined) throw notFound('customer')
    const billingEntityIds = await entityIdsOf(reads, codes)
    const filters = { customerId: customer?.id, currency, billingEntityIds }
    const { rows, total } = await listWallets(reads, filters, page)
    return { wallets: await shownWallets(reads, request.caller, rows), meta: metaOf(page, total) }
  })
}
