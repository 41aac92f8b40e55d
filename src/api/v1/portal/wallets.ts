import type { FastifyInstance } from 'fastify'
import type { Context } from '../../../actions/context.ts'
import { moveCredits } from '../../../actions/wallet-transactions/move-credits.ts'
import { readPurchase } from '../../../core/portal/buyer-input.ts'
import { accepted, forbidden, notFound } from '../../../core/refusal.ts'
import type { Reads } from '../../../store/database.ts'
import { isId } from '../../../store/ids.ts'
import { listWalletTransactions } from '../../../store/wallet-transactions.ts'
import { findWallet, listWallets, type WalletRow, walletViews } from '../../../store/wallets.ts'
import { toWireOwnTransaction, toWireOwnWallet } from '../../../wire/portal/money.ts'
import { metaOf, pageOf } from '../../pagination.ts'
import { rootOf } from '../../params.ts'
import { portalSchemas } from '../../schemas/portal.ts'

type ById = { Params: { id: string } }

const config = { part: 'wallets' } as const

/** The wallets of a customer, their transactions, and the purchase of credits. */
export function portalWalletsRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  app.get('/wallets', { config, schema: portalSchemas.wallets }, async ({ caller, visit, query }) => {
    const page = pageOf(query)
    return database.read(caller, async (reads) => {
      const { rows, total } = await listWallets(reads, { customerId: visit.customer.id }, page)
      const views = await walletViews(reads, rows, caller.now)
      return { wallets: views.map(toWireOwnWallet), meta: metaOf(page, total) }
    })
  })
  app.get<ById>('/wallets/:id', { config, schema: portalSchemas.wallet }, async (request) => {
    const { caller, visit, params } = request
    return database.read(caller, async (reads) => {
      const [view] = await walletViews(
        reads,
        [await ownWallet(reads, visit.customer.id, params.id)],
        caller.now,
      )
      if (!view) throw notFound('wallet')
      return { wallet: toWireOwnWallet(view) }
    })
  })
  app.get<ById>('/wallets/:id/transactions', { config, schema: portalSchemas.transactions }, (request) => {
    const { caller, visit, params, query } = request
    const page = pageOf(query)
    return database.read(caller, async (reads) => {
      const { id } = await ownWallet(reads, visit.customer.id, params.id)
      const { rows, total } = await listWalletTransactions(reads, id, NO_FILTERS, page)
      return { transactions: rows.map(toWireOwnTransaction), meta: metaOf(page, total) }
    })
  })
  app.post<ById>('/wallets/:id/top_ups', { config, schema: portalSchemas.topUp }, async (request) => {
    const { caller, visit, params, body } = request
    if (!visit.organization.portalParts.includes('top_ups')) throw forbidden('portal_part_off')
    const credits = accepted(readPurchase(rootOf(body, 'top_up')))
    const { id } = await database.read(caller, (reads) => ownWallet(reads, visit.customer.id, params.id))
    const moved = await moveCredits(context, caller, { wallet_id: id, paid_credits: credits.toWire() })
    return { transactions: moved.map(toWireOwnTransaction) }
  })
}

const NO_FILTERS = {
  status: undefined,
  transactionType: undefined,
  transactionStatus: undefined,
  metadata: [],
} as const

/** A wallet of the customer; 404 for one of anybody else. */
async function ownWallet(reads: Reads, customerId: string, id: string): Promise<WalletRow> {
  const wallet = isId(id) ? await findWallet(reads, { id }) : undefined
  if (wallet?.customerId !== customerId) throw notFound('wallet')
  return wallet
}
